"""Results that do not fit (取り込めない結果): each is held with its reason and its section, and stands on the list until it is settled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from pipeline.acts import enter_act
from pipeline.case_numbers import case_number
from pipeline.decision_checks import EARLY
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.decision_sources import decision_refusals
from pipeline.journal.intake_tables import applications
from pipeline.orders import check_order
from pipeline.section_folders import case_name, folder_of
from pipeline.staff import require, require_entitled
from pipeline.undecided import let_go_early
from pipeline.worklist_rows import Work
from vocabulary.reasons import reason

KIND = "decision"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a result stood. source: of the decision; row: counted from 1, 0 for the whole file; section: of whoever has to look."""

    source: str
    row: int
    section: str
    restricted: bool = False


def hold_refusal(hub: Hub, write: Write, place: Place, code: str, row: Row[Any] | None) -> bool:
    """Hold a result that does not fit; False when the same one was held before. row: the application, None for an unknown one."""
    section = row.section if row is not None else place.section
    values = {
        "municipality": hub.code,
        "section": section,
        "restricted": bool(row.restricted) if row is not None else place.restricted,
        "source": place.source,
        "row": place.row,
        "code": code,
        "application": row.id if row is not None else None,
        "state": "open",
        "at": hub.clock.now().isoformat(),
    }
    if not write.insert_new(decision_refusals, values):
        return False
    write.leaf("decision_refused", source=place.source, row=place.row, code=code, application=values["application"], section=section)
    return True


def is_settled(hub: Hub, write: Write, place: Place) -> bool:
    """Whether a person settled the result of this place: it is not tried again."""
    return write.read(select(decision_refusals.c.id).where(_at(hub, place), decision_refusals.c.state == "settled")).first() is not None


def pass_refusal(hub: Hub, write: Write, place: Place) -> None:
    """What was held at this place became a decision after all."""
    ended = {"state": "passed", "ended_at": hub.clock.now().isoformat()}
    write.execute(update(decision_refusals).where(_at(hub, place), decision_refusals.c.state == "open").values(**ended))


def open_refusals(hub: Hub) -> list[Row[Any]]:
    """What stands, the oldest first."""
    mine = (decision_refusals.c.municipality == hub.code) & (decision_refusals.c.state == "open")
    return hub.journal.rows(select(decision_refusals).where(mine).order_by(decision_refusals.c.id))


def settle_refusal(hub: Hub, number: int, *, actor: str, reason: str) -> int:
    """A clerk of the section says that a held result needs nothing more; gives the act. Raises ActRefused."""
    check_order(actor, reason)
    mine = (decision_refusals.c.municipality == hub.code) & (decision_refusals.c.id == number)
    with hub.journal.write() as write:
        held = write.read(select(decision_refusals).where(mine).with_for_update()).first()
        if held is None or held.state != "open":
            raise ActRefused(f"番号 {number} の取り込めない結果は残っていません", "hub decisions list で番号を確かめてください")
        require(hub, actor, "clerk", held.section)
        if held.restricted:
            require_entitled(hub, actor, held.section, f"番号 {number} の結果")
        act = enter_act(hub, write, kind="decision_settled", actor=actor, reason=reason, application=held.application, subject=str(number))
        ended = {"state": "settled", "ended_at": hub.clock.now().isoformat(), "act": act}
        write.execute(update(decision_refusals).where(decision_refusals.c.id == number).values(**ended))
        _let_go(hub, write, held)
        write.leaf("decision_refusal_settled", refusal=number, act=act)
    return act


def _let_go(hub: Hub, write: Write, held: Row[Any]) -> None:
    """An application that waited for the settled result only is delivered again."""
    others = (decision_refusals.c.application == held.application) & (decision_refusals.c.state == "open")
    waiting = write.read(select(decision_refusals.c.id).where(others, decision_refusals.c.code == EARLY)).first()
    if held.code == EARLY and waiting is None:
        let_go_early(hub, write, write.read(select(applications).where(applications.c.id == held.application)).one())


def _at(hub: Hub, place: Place) -> Any:  # noqa: ANN401  SQLAlchemy's own types say no more
    same = (decision_refusals.c.source == place.source) & (decision_refusals.c.row == place.row)
    return (decision_refusals.c.municipality == hub.code) & same


def refused_work(hub: Hub) -> Mapping[Path, list[Work]]:
    """Protected folder → a row of the 処理待ち一覧 for each result that stands open."""
    found: dict[Path, list[Work]] = {}
    named = {row.id: row for row in _concerned(hub)}
    for held in open_refusals(hub):
        # A section may have been renamed since.
        if held.section in hub.municipality.sections:
            folder = folder_of(hub, held.section, restricted=held.restricted)
            found.setdefault(folder, []).append(_work(hub, held, named.get(held.application)))
    return found


def _concerned(hub: Hub) -> list[Row[Any]]:
    open_ones = select(decision_refusals.c.application).where(
        decision_refusals.c.municipality == hub.code, decision_refusals.c.state == "open"
    )
    return hub.journal.rows(select(applications).where(applications.c.id.in_(open_ones)))


def _work(hub: Hub, held: Row[Any], row: Row[Any] | None) -> Work:
    words = reason(held.code)
    since = date.fromisoformat(held.at[:10])
    place = f"{held.source} の{held.row}行目" if held.row else held.source
    settle = f"済んだら hub decisions settle {held.id} --actor 自分のID --reason 理由"
    return Work(
        receipt=row.receipt if row is not None else "",
        case=case_number(hub, row) if row is not None else "案件なし",
        procedure=hub.procedure(row.procedure).title if row is not None else "結果の取込",
        applicant="",
        folder=case_name(row) if row is not None else "",
        kinds=(KIND,),
        why=(f"{words.sentence}（{place}）",),
        todo=(words.remedy, settle),
        since=since,
        age=sum(hub.opening.is_open(date.fromordinal(day)) for day in range(since.toordinal() + 1, hub.clock.today().toordinal() + 1)),
        filed=date.fromisoformat(row.filed_on) if row is not None else since,
        deadlines=(),
        documents=(),
        notes=(),
    )
