"""Making letters (郵送文書の作成): every notice that waits for paper becomes one PDF, or a work item that says why it cannot."""

import hashlib
import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Row, or_, select, update

from mappings.yaml_door import load_yaml
from pipeline.alarms import raise_alarm
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.intake_tables import applications
from pipeline.journal.letter_tables import letters
from pipeline.letterbox.documents import documents_of
from pipeline.letters.addressee import addressee_of, reason_not_to_post
from pipeline.notices.outbox import body_of
from pipeline.notices.states import NOTICES, move
from pipeline.printing.batch import join_pages, pages_of
from pipeline.printing.glyphs import GlyphMissing
from pipeline.printing.letter_sheet import Letter
from pipeline.printing.sheets import SheetError
from pipeline.protected_files import replace_file
from pipeline.residents import Resident

log = logging.getLogger(__name__)

ENVELOPE = Path(__file__).with_name("envelope.yaml")
SHORT = 12


@cache
def envelope() -> Mapping[str, Any]:
    """Where the address stands, in mm; declared, since it depends on the envelopes of the office."""
    return load_yaml(ENVELOPE)


def letters_folder(hub: Hub, day: str) -> Path:
    """Where the letters of a day lie; for the hub's own user only."""
    return hub.root.letters / hub.code / day


def waiting_for_paper(hub: Hub) -> list[Row[Any]]:
    """Notices of the channel paper that no letter carries yet, the oldest first."""
    now = hub.clock.now().isoformat()
    mine = (notice_outbox.c.municipality == hub.code) & (notice_outbox.c.channel == "paper") & (notice_outbox.c.state == "owed")
    due = or_(notice_outbox.c.not_before.is_(None), notice_outbox.c.not_before <= now)
    return hub.journal.rows(select(notice_outbox).where(mine, due).order_by(notice_outbox.c.owed_at, notice_outbox.c.id))


def make_letter(hub: Hub, notice: Row[Any], excluded: str | None = None) -> str:
    """made, stopped (it may not go out) or held (a glyph is missing: never a box).

    excluded: the code for which no channel may send it any more. Killed in between, the next run makes the same letter under the same name.
    """
    resident = addressee_of(hub, notice)
    with hub.journal.write() as write:
        code = reason_not_to_post(hub, write, notice, resident)
        if code is not None:
            return stop(hub, write, notice, code)
        if excluded is not None:
            return _leave_out(hub, write, notice, excluded)
    assert resident is not None  # noqa: S101  nobody without an entry in the register passes reason_not_to_post
    try:
        content = with_enclosures(hub, notice, letter_of(hub, notice, resident).pdf())
    except (GlyphMissing, SheetError) as error:
        return _hold(hub, notice, error)
    day = hub.clock.today().isoformat()
    file = letters_folder(hub, day) / f"letter_{notice.reference[:SHORT]}.pdf"
    replace_file(file, content)
    fault_point("letter.drafted")
    with hub.journal.write() as write:
        digest = hashlib.sha256(content).hexdigest()
        return _enter(hub, write, notice, {"day": day, "name": file.name, "digest": digest, "pages": pages_of(content)})


def letter_of(hub: Hub, notice: Row[Any], resident: Resident) -> Letter:
    """What the letter shows. The sender is the section that owns the case, or the kind of notice."""
    section = hub.municipality.sections[section_of(hub, notice)]
    window = {key: envelope()[key] for key in ("left", "top", "width", "height", "fold")}
    return Letter(
        postal_code=resident.postal_code,
        address=(resident.address, resident.building),
        name=resident.name,
        day=hub.clock.today(),
        reference=f"整理番号 {notice.reference[:SHORT]}",
        sender=(hub.municipality.name, section.name, f"電話 {section.phone}"),
        subject=notice.subject,
        body=body_of(hub, notice),
        window=window,
    )


def with_enclosures(hub: Hub, notice: Row[Any], letter: bytes) -> bytes:
    """The letter and, behind it, the pages of the documents that go with its notice (同封物)."""
    enclosed = [one.data for one in documents_of(hub, notice) if one.media == "application/pdf"]
    return join_pages([letter, *enclosed]) if enclosed else letter


def section_of(hub: Hub, notice: Row[Any]) -> str:
    """Section that answers for a notice."""
    if notice.application is not None:
        return str(hub.journal.scalar(select(applications.c.section).where(applications.c.id == notice.application)))
    return hub.catalogue.notice_kinds[notice.kind].section


def _enter(hub: Hub, write: Write, notice: Row[Any], made: dict[str, Any]) -> str:
    sent = (notice_outbox.c.id == notice.id) & (notice_outbox.c.state == "owed")
    moved = update(notice_outbox).where(sent).values(state="sent", sent_at=hub.clock.now().isoformat(), attempts=notice.attempts + 1)
    if write.execute(moved).rowcount == 0:
        return "stopped"
    number = write.next_number(f"letters/{hub.code}/{made['day']}")
    row = {"municipality": hub.code, "notice": notice.id, "number": number, "state": "made", **made}
    letter = write.insert_row(letters, row)
    write.leaf("letter_made", letter=letter, notice=notice.id, kind=notice.kind, digest=made["digest"])
    return "made"


def stop(hub: Hub, write: Write, notice: Row[Any], code: str) -> str:
    """No letter goes out: the section is told by an alarm and by the list of letters."""
    if move(hub, write, NOTICES, (notice_outbox.c.id == notice.id) & (notice_outbox.c.state == notice.state), "given_up", code=code):
        raise_alarm(hub, write, kind="LETTER_STOPPED", subject=notice.reference[:SHORT])
        write.leaf("letter_stopped", notice=notice.id, code=code)
    return "stopped"


def _leave_out(hub: Hub, write: Write, notice: Row[Any], code: str) -> str:
    """As on the digital ways: what an exclusion stops is no work for anybody."""
    if move(hub, write, NOTICES, (notice_outbox.c.id == notice.id) & (notice_outbox.c.state == "owed"), "given_up", code=code):
        write.leaf("notice_excluded", notice=notice.id, kind=notice.kind, code=code)
    return "stopped"


def _hold(hub: Hub, notice: Row[Any], error: Exception) -> str:
    code = "GLYPH_MISSING" if isinstance(error, GlyphMissing) else "LETTER_TOO_LONG"
    if notice.code == code:
        return "held"
    with hub.journal.write() as write:
        write.execute(update(notice_outbox).where(notice_outbox.c.id == notice.id).values(code=code))
        raise_alarm(hub, write, kind="LETTER_STOPPED", subject=notice.reference[:SHORT])
        write.leaf("letter_held", notice=notice.id, code=code)
    log.warning("letter_held", extra={"notice": notice.id, "error": type(error).__name__})
    return "held"
