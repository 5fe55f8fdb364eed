"""Ledgers of a test: what a kind's ledger says now, entered past the reading of extracts; and what the server has."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from mappings.canonical_lines import line_of
from mappings.copies import PERSON
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_currents, copy_extracts, copy_items, copy_requests
from pipeline.journal.register_tables import residents
from pipeline.steps.copies import copies
from pipeline.steps.copy_results import copy_results
from pipeline.steps.masters import masters
from pipeline.sync.accepted import accepted_files, accepted_lines
from pipeline.sync.counts import night_counts
from pipeline.sync.currents import current_store, purpose_of
from sandbox import process
from sandbox.journals import read_journal
from tests.night.conftest import EVENING, night_hub

KIND = "jidoteate-jukyu"
WITHOUT = {"failed": 0, "waiting": 0}
EFFECTS = ("copy_registered", "copy_changed", "copy_deleted")
Row = dict[str, str]


def benefit(atena: str, number: int, **changed: str) -> Row:
    """A recipient of the child allowance."""
    row = {
        PERSON: atena,
        "ninteibango": f"N{number:06d}",
        "jukyushakubun": "1",
        "ninteinengappi": "2026-04-01",
        "shikyukaishinengetsu": "2026-05",
        "shikyutaishojidosu": "2",
        "teategetsugaku": "20000",
    }
    return {**row, **changed}


def residents_of(hub: Hub, count: int) -> list[str]:
    """宛名番号 of residents who are not protected, and who live here so long that the server knows them."""
    lines = (hub.root.folder / "sandbox/town/people.jsonl").read_text(encoding="utf-8").splitlines()
    settled = {one["atena"] for one in map(json.loads, lines) if max(one["moved"], one["birth"]) < "2026-09-01"}
    ours = select(residents.c.atena).where(~residents.c.protected).order_by(residents.c.atena)
    return [row.atena for row in hub.journal.rows(ours) if row.atena in settled][:count]


def say(hub: Hub, rows: Iterable[Mapping[str, str]]) -> None:
    """Let the ledger say this, in the layout of the day."""
    kind = hub.catalogue.copies[KIND]
    layout = kind.layout_on(hub.clock.today())
    assert layout is not None
    lines = sorted(line_of(kind, layout, row) for row in rows)
    file = current_store(hub).write(lines, purpose=purpose_of(hub, KIND))
    now = hub.clock.now().isoformat()
    with hub.journal.write() as write:
        extract = {"municipality": hub.code, "ledger": kind.ledger, "name": f"{now}.csv", "digest": file.digest, "rows": file.lines}
        key = write.insert_row(copy_extracts, {**extract, "as_of": now, "state": "taken", "at": now})
        write.execute(delete(copy_currents).where(copy_currents.c.kind == KIND))
        current = {"municipality": hub.code, "kind": KIND, "layout": layout.version, "extract": key, "blob": file.path}
        write.insert_many(copy_currents, [{**current, "digest": file.digest, "records": file.lines, "as_of": now}])
        write.leaf("rows_entered")


def night(root: Path, rows: Iterable[Mapping[str, str]] | None = None, moment: datetime = EVENING) -> None:
    """A whole night of copies; ``rows``: what the ledger says new."""
    with night_hub(root, moment) as hub:
        if rows is not None:
            say(hub, rows)
        masters(hub)
        copies(hub)
        copy_results(hub)


def server_rows(running: process.Running) -> list[Row]:
    """What the server has of the kind, without absent items."""
    items: Sequence[dict[str, Any]] = running.control.copies(KIND)
    return sorted(({PERSON: one[PERSON], **{name: value for name, value in one["values"].items() if value}} for one in items), key=str)


def accepted_by(root: Path, moment: datetime = EVENING) -> list[bytes]:
    """Every line that counts as accepted, of all layouts."""
    with night_hub(root, moment) as hub:
        return sorted(line for layout, file in accepted_files(hub, KIND).items() for line in accepted_lines(hub, KIND, layout, file))


def effects(root: Path) -> list[tuple[str, str]]:
    """What happened to copies at the server: effect and key, in order."""
    entries = read_journal(root / "sandbox" / "journals" / "effects.jsonl")
    return [(one["effect"], one["key"]) for one in entries if one["system"] == "middle" and one["effect"] in EFFECTS]


def states(hub: Hub) -> list[tuple[str, str, str | None]]:
    """Operation, state and reason of every record that was ever sent, in order."""
    ordered = select(copy_items).join(copy_requests, copy_requests.c.id == copy_items.c.request)
    rows = hub.journal.rows(ordered.order_by(copy_items.c.request, copy_items.c.record_id))
    return [(row.operation, row.state, row.code) for row in rows]


def benefits(people: list[str]) -> list[Row]:
    """One recipient for each person."""
    return [benefit(atena, number) for number, atena in enumerate(people, 1)]


def counts(root: Path, moment: datetime = EVENING) -> dict[str, int]:
    """How a night of the kind ended, as the summary says it."""
    with night_hub(root, moment) as hub:
        return dict(night_counts(hub, moment.date().isoformat())[KIND])


def go_to(running: process.Running, moment: datetime) -> datetime:
    """Let the stand-ins' clock say this."""
    running.control.set_clock(moment)
    return moment


def declared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str) -> None:
    """Let the municipality's file say something more about copies."""
    text = Path("municipalities/472018.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "municipalities"
    folder.mkdir(exist_ok=True)
    (folder / "472018.yaml").write_text(text.replace("  retry_days: 14", f"  {line}\n  retry_days: 14", 1), encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(folder))
