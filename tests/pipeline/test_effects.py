import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select

from pipeline.cli.group import main
from pipeline.effects import corrected_places, count_carried_items, effects_of
from pipeline.journal.correction_tables import correction_items, corrections
from pipeline.journal.delivery_tables import canonical
from pipeline.journal.intake_tables import applications, documents
from pipeline.journal.registry_tables import carried_items
from pipeline.records import load_tables
from tests.pipeline.days import DAY, at, hub_at, outside, run

YEAR = 2026


@pytest.fixture(scope="module")
def decided_root(delivered_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The decisions of the day are read."""
    from tests.pipeline.days import copied

    root = copied(delivered_root, tmp_path_factory.mktemp("decided") / "root")
    with outside(root, at(15)):
        run(root, ("answers",), at(15))
    return root


def test_filled_items_of_delivered_applications_are_counted_once(decided_root: Path, own: Callable[[Path], Path]) -> None:
    root = own(decided_root)
    with hub_at(root, at(18)) as hub:
        delivered = hub.journal.rows(select(applications.c.id).where(applications.c.disposition == "delivered"))
        assert count_carried_items(hub) == {"applications": len(delivered)}
        assert count_carried_items(hub) == {"applications": 0}
        counted = {row.application: row.items for row in hub.journal.rows(select(carried_items))}
        (any_one,) = hub.journal.rows(select(canonical.c.application).where(canonical.c.application.in_(counted)).limit(1))
        tables = load_tables(hub, [any_one.application])[any_one.application]
    cells = [cell for table in tables.values() for column in table.columns.values() for cell in column]
    assert counted[any_one.application] == len([cell for cell in cells if cell]) > 10
    assert set(counted) == {row.id for row in delivered}


def test_figures_of_a_year_are_those_of_the_journal(decided_root: Path, own: Callable[[Path], Path]) -> None:
    root = own(decided_root)
    with hub_at(root, at(18)) as hub:
        count_carried_items(hub)
        rows = {row.procedure: row for row in effects_of(hub, YEAR)}
        stored = hub.journal.rows(select(applications))
        coming = {row.application for row in hub.journal.rows(select(documents).where(documents.c.way == "visit"))}
        assert effects_of(hub, YEAR - 1) == [type(row)(name, 0, 0, 0, 0, 0, None, 0) for name, row in rows.items()]
    for name, row in rows.items():
        of_it = [application for application in stored if application.procedure == name]
        assert row.online == len(of_it)
        assert row.visits == len([one for one in of_it if one.disposition == "delivered" and one.id not in coming])
    assert any(row.days is not None for row in rows.values())
    assert sum(row.items for row in rows.values()) > 100


def test_the_questions_that_cause_corrections_are_named_in_japanese(decided_root: Path, own: Callable[[Path], Path]) -> None:
    root = own(decided_root)
    with hub_at(root, at(18)) as hub:
        claims = hub.journal.rows(select(applications).where(applications.c.procedure == "jidoteate-nintei").limit(2))
        with hub.journal.write() as write:
            for row in claims:
                asked = {"application": row.id, "requested_on": DAY.isoformat(), "due_on": "2026-12-08", "state": "open"}
                correction = write.insert_row(corrections, asked)
                write.execute(insert(correction_items).values(correction=correction, place="kozabango", says="口座番号"))
            write.leaf("corrections_asked")
        (place,) = corrected_places(hub, YEAR)
        row = next(row for row in effects_of(hub, YEAR) if row.procedure == "jidoteate-nintei")
    assert (place.place, place.times) == ("口座番号", len(claims))
    assert row.corrected == len(claims)
    assert row.correction_share == place.share == len(claims) / row.online


def test_the_command_writes_both_tables(decided_root: Path, own: Callable[[Path], Path], tmp_path: Path) -> None:
    root = own(decided_root)
    with hub_at(root, at(18)) as hub:
        count_carried_items(hub)
    ran = CliRunner().invoke(main, ["effects", "--year", str(YEAR), "--out", str(tmp_path / "csv"), "--root", str(root)])
    assert ran.exit_code == 0, ran.output
    with (tmp_path / f"csv/effects-{YEAR}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["オンライン件数"]) for row in rows) > 0
    assert all(row["年度"] == str(YEAR) for row in rows)
    assert (tmp_path / f"csv/corrections-{YEAR}.csv").read_bytes().startswith(b"\xef\xbb\xbf")
