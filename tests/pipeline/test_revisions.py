"""Revisions of the child allowance (額改定): one form that is a claim for more or the notification of less, through sheet and answers."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from connectors.result_files import result_profiles
from pipeline.case_sheets import NOT_AN_END, sheet_of
from pipeline.hub import Hub
from pipeline.journal.decision_tables import decisions
from pipeline.journal.delivery_tables import canonical
from pipeline.journal.intake_tables import applications
from pipeline.packages import package_of
from pipeline.records import canonical_row, load_tables
from pipeline.steps.answer import read_answers
from tests.pipeline.days import at, hub_at

RESULT_COLUMNS = list(result_profiles()["standard"].columns.values())

PROCEDURE, GROUP, STD = "jidoteate-gakukaitei", "gakukaitei", "jidoteate-std"
ROMAJI = {"却下": "kyakka", "受理": "juri"}
MORE, LESS = {"kaiteikubun": "1", "kaiteijiyu": "12"}, {"kaiteikubun": "2", "kaiteijiyu": "22"}


@pytest.fixture
def hub(own: Callable[[Path], Path], delivered_root: Path) -> Iterator[Hub]:
    """The hub after delivery; the system that decides is a folder of this machine and has not decided anything yet."""
    root = own(delivered_root)
    folder = {"kind": "folder", "inbox": f"delivered/{STD}", "outbox": f"sandbox/receivers/{STD}/out"}
    (root / f"connections/{STD}.json").write_text(json.dumps(folder), encoding="utf-8")
    for file in (root / f"sandbox/receivers/{STD}/out/results").iterdir():
        file.unlink()
    with hub_at(root, at(15)) as opened:
        yield opened


def revision(hub: Hub, **values: str) -> Row[Any]:
    """The town's revision, with these values in its own record."""
    (row,) = hub.journal.rows(select(applications).where(applications.c.procedure == PROCEDURE))
    tables = load_tables(hub, [row.id])[row.id]
    for name, value in values.items():
        tables[GROUP].columns[name][0] = value
    records = canonical_row(hub, row.id, "", tables)["records"]
    with hub.journal.write() as write:
        write.execute(update(canonical).where(canonical.c.application == row.id).values(records=records))
        write.leaf("records_changed", application=row.id)
    return row


def answer(hub: Hub, receipt: str, outcome: str) -> int:
    """Rows refused of a result file that holds this one outcome."""
    path = hub.root.folder / f"sandbox/receivers/{STD}/out/results" / f"{ROMAJI[outcome]}.results.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([RESULT_COLUMNS, (receipt, outcome, "2026-11-24", "0001", "第1号", "郵送", "要件に該当しないため")])
    return read_answers(hub)["refused_rows"]


@pytest.mark.parametrize(("values", "kind", "ends"), [(MORE, "請求", ("改定", "却下")), (LESS, "届出", ("改定", "受理"))])
def test_the_sheet_says_what_was_filed_and_offers_only_its_ends(
    hub: Hub, values: dict[str, str], kind: str, ends: tuple[str, ...]
) -> None:
    row = revision(hub, **values)
    sheet = sheet_of(hub, row, package_of(hub, row))
    assert (sheet.kind, sheet.results) == (kind, (*ends, *NOT_AN_END))


@pytest.mark.parametrize(("values", "month"), [(MORE, "令和8年12月分から"), (LESS, "令和8年9月分から")])
def test_more_runs_from_the_month_after_the_claim_and_less_from_the_month_after_its_event(
    hub: Hub, values: dict[str, str], month: str
) -> None:
    row = revision(hub, jiyuhasseibi="2026-08-31", **values)
    assert sheet_of(hub, row, package_of(hub, row)).start_month == month


@pytest.mark.parametrize(("values", "possible", "impossible"), [(MORE, "却下", "受理"), (LESS, "受理", "却下")])
def test_a_claim_may_be_rejected_and_a_notification_may_not(hub: Hub, values: dict[str, str], possible: str, impossible: str) -> None:
    row = revision(hub, **values)
    assert answer(hub, row.receipt, impossible) == 1
    assert hub.journal.rows(select(decisions).where(decisions.c.application == row.id)) == []
    assert answer(hub, row.receipt, possible) == 0
    (decision,) = hub.journal.rows(select(decisions).where(decisions.c.application == row.id))
    assert decision.outcome == {"却下": "rejected", "受理": "accepted"}[possible]
