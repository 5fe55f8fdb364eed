import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from pipeline.case_numbers import case_number, filing_number
from pipeline.errors import SettingError
from pipeline.journal.intake_tables import applications, persons
from pipeline.journal.registry_tables import registry_files, registry_rows
from pipeline.registry import APART, entries_of
from pipeline.registry_files import COLUMNS
from pipeline.settings import load_municipality
from pipeline.steps.registry import registry
from tests.pipeline.days import DAY, NAHA, NEXT_DAY, at, hub_at

DOCUMENTS = Path("sandbox/documents")


def handed_over(root: Path) -> list[list[dict[str, str]]]:
    files = sorted((root / DOCUMENTS).glob("*.csv"))
    return [list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline=""))) for file in files]


@pytest.fixture
def registered(checked_root: Path, own: Callable[[Path], Path]) -> Path:
    root = own(checked_root)
    with hub_at(root, at(18)) as hub:
        assert registry(hub)["handed_over"] == 1
    return root


def test_everything_that_was_received_is_handed_over_once_with_its_class_and_years(registered: Path) -> None:
    (rows,) = handed_over(registered)
    with hub_at(registered, at(19)) as hub:
        stored = hub.journal.rows(select(applications))
        assert registry(hub) == {"books": 0, "registered": 0, "handed_over": 0}
        assert {row["収受番号"] + row["担当課"] for row in rows} == {
            filing_number(row) + hub.municipality.sections[row.section].name for row in stored
        }
    assert len(rows) == len(stored)
    assert tuple(rows[0]) == COLUMNS
    assert {row["文書分類"] for row in rows} <= {"D-3-1", "D-4-2", "D-5-1", "F-2-1"}
    assert all(row["保存年限"].endswith("年") and row["収受日"] == DAY.isoformat() for row in rows)


def test_a_hand_over_that_was_made_and_not_placed_is_placed_by_the_next_run(registered: Path) -> None:
    with hub_at(registered, at(19)) as hub:
        with hub.journal.write() as write:
            write.execute(update(registry_files).values(state="made", delivered_at=None))
            write.leaf("file_forgotten")
        assert registry(hub) == {"books": 0, "registered": 0, "handed_over": 1}
    assert len(handed_over(registered)) == 1


def test_what_comes_after_the_hand_over_goes_into_one_of_its_own(registered: Path) -> None:
    with hub_at(registered, at(18, day=NEXT_DAY)) as hub:
        late = hub.journal.rows(select(applications.c.id).limit(2))
        with hub.journal.write() as write:
            write.execute(registry_rows.delete().where(registry_rows.c.application.in_([row.id for row in late])))
            write.leaf("rows_forgotten")
        assert registry(hub)["registered"] == len(late)
    assert [len(rows) for rows in handed_over(registered)][1:] == [len(late)]


def test_the_book_of_a_section_runs_without_a_gap_and_names_nobody_of_a_protected_case(registered: Path) -> None:
    with hub_at(registered, at(18)) as hub:
        for section in hub.municipality.sections:
            entries = entries_of(hub, section, DAY)
            assert [entry.number for entry in entries] == [f"令和8年度 第{number}号" for number in range(1, len(entries) + 1)]
        protected = hub.journal.rows(
            select(applications).join(persons, persons.c.application == applications.c.id).where(persons.c.protected)
        )
        assert protected
        for row in protected:
            entry = entries_of(hub, row.section, DAY)[row.filing_number - 1]
            assert (entry.receipt, entry.title, entry.filer) == (APART, APART, APART)
    book = registered / f"cases/{NAHA}/jidoteate/受付簿_{DAY}.pdf"
    text = PdfReader(book).pages[0].extract_text()
    assert "受付簿" in text
    assert "課長" in text
    assert not any(row.receipt in text for row in protected if row.section == "jidoteate")


def test_a_correction_keeps_the_number_of_its_case_beside_its_own(registered: Path) -> None:
    with hub_at(registered, at(18)) as hub:
        filers = hub.journal.rows(
            select(applications, persons.c.atena)
            .join(persons, persons.c.application == applications.c.id)
            .where(applications.c.procedure == "jidoteate-nintei", persons.c.role == "claimant", persons.c.atena.is_not(None))
            .order_by(applications.c.arrived_at)
        )
        first, correction = filers[0], filers[-1]
        with hub.journal.write() as write:
            same_person = (persons.c.application == correction.id) & (persons.c.role == "claimant")
            write.execute(update(persons).where(same_person).values(atena=first.atena))
            named = update(applications).where(applications.c.id == correction.id)
            write.execute(named.values(previous_receipt=first.receipt))
            write.leaf("correction_filed")
        (row,) = hub.journal.rows(select(applications).where(applications.c.id == correction.id))
        assert case_number(hub, row) == filing_number(first) != filing_number(row)
        assert entries_of(hub, "jidoteate", DAY)[row.filing_number - 1].case == filing_number(first)


def test_a_section_without_a_class_is_refused_at_load(tmp_path: Path) -> None:
    text = Path(f"municipalities/{NAHA}.yaml").read_text(encoding="utf-8")
    (tmp_path / f"{NAHA}.yaml").write_text(text.replace(", hitorioya: D-5-1}", "}"), encoding="utf-8")
    with pytest.raises(SettingError, match=r"registry.classes hitorioya"):
        load_municipality(tmp_path, NAHA)
