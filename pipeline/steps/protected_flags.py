"""Protected persons first (支援措置対象者のフラグ確認): the nightly check, and the list that the officer in charge works from."""

import csv
import io
import logging
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from pipeline.alarms import raise_alarm
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.sync.protected import check_flags, ended_protections, missing_persons, unflagged_persons
from pipeline.sync.server import server_of
from pipeline.sync.window import may_start

log = logging.getLogger(__name__)

COLUMNS = ("宛名番号", "状況")
MISSING, UNSEEN, ENDED = "フラグを設定できていない", "今夜の確認がまだ終わっていない", "支援措置が終わり、フラグが残っている"


def protected_flags(hub: Hub) -> dict[str, int]:
    """Check and set the flags of everybody under 支援措置 who was not yet found with both in this night."""
    if not may_start(hub):
        log.info("protected_flags_skipped", extra={"municipality": hub.code})
        return {"skipped": 1}
    with hub.journal.alone(f"protected/{hub.code}") as mine, server_of(hub) as server:
        if not mine:
            return {"skipped": 1}
        file = flag_list(hub)
        try:
            counts = asdict(check_flags(hub, server))
        finally:
            # Also of a check that broke off the officer sees at once whom it did not come to.
            _write_list(file, _content(hub))
        if counts["ended"]:
            _say_ended(hub, file)
    log.info("protected_flags_ended", extra=counts)
    return counts


def flag_list(hub: Hub) -> Path:
    """The list (支援措置フラグ) of whom the officer of 支援措置 has to act on; nobody else may read it."""
    return hub.root.cases / hub.code / "shien-sochi" / "flags.csv"


def _content(hub: Hub) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_lines(hub))
    return text.getvalue().encode("utf-8-sig")


def _lines(hub: Hub) -> Iterator[tuple[str, str]]:
    missing = missing_persons(hub)
    yield from ((atena, MISSING) for atena in missing)
    yield from ((atena, UNSEEN) for atena in sorted(unflagged_persons(hub).difference(missing)))
    yield from ((atena, ENDED) for atena in ended_protections(hub))


def _write_list(file: Path, content: bytes) -> None:
    if file.is_file() and file.read_bytes() == content:
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.part")
    draft.write_bytes(content)
    draft.chmod(0o600)
    fault_point("protected_flags.list_drafted")
    draft.replace(file)


def _say_ended(hub: Hub, file: Path) -> None:
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="PROTECTION_ENDED", subject=file.relative_to(hub.root.folder).as_posix())
        write.leaf("protection_ended", file=file.name)
