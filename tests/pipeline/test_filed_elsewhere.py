"""Files of other ways are read strictly, and kinds of sameness judge alike whoever is asked."""


from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.filed_elsewhere import read_cases, read_counter_book
from connectors.ledgers import finished_extracts
from mappings.catalogue import load_catalogue
from mappings.form import read_period
from mappings.places import NAMESPACE
from mappings.repeats import RepeatKind, read_repeats
from pipeline.places import PROJECT
from sandbox.ledgers import write_extract
from tests.pipeline.days import DAY, NAHA
from tests.pipeline.repeats import BOOK, CASE_COLUMNS, LINE
from vocabulary.findings import Refused


def test_twins_whom_one_parent_files_for_one_by_one_are_no_repeat() -> None:
    kinds = [RepeatKind(id="k", title="t", against=("filing",), same=("filer",), agree=("child", "period"), within_days=366)]
    elder, younger = ({"filer": frozenset("p"), "child": frozenset(child)} for child in "ab")
    assert [kind.fits(elder, younger) for kind in kinds] == [False]
    assert kinds[0].fits(elder, elder)


MALFORMED: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {
    "LEDGER_FOREIGN": (BOOK, [("011002", *LINE[1:])]),
    "LEDGER_HEADER": (BOOK[::-1], []),
    "LEDGER_FUTURE": (BOOK, [(*LINE[:2], "2026-11-25", *LINE[3:])]),
    "LEDGER_ROW": (BOOK, [(*LINE[:5], "12345", "")]),
    "LEDGER_DUPLICATE": (BOOK, [LINE, LINE]),
}


@pytest.mark.parametrize("code", MALFORMED)
def test_a_book_that_does_not_follow_its_profile_is_refused_with_its_name(tmp_path: Path, code: str) -> None:
    header, lines = MALFORMED[code]
    write_extract(tmp_path, f"{NAHA}_counter-book_full_202611240700.csv", header, lines)
    (file,) = finished_extracts(tmp_path)
    with pytest.raises(Refused) as refused:
        list(read_counter_book(file, NAHA, DAY))
    assert refused.value.finding.code == code
    assert refused.value.finding.where.startswith(file.name)


def test_a_book_of_another_municipality_or_another_day_is_refused(tmp_path: Path) -> None:
    write_extract(tmp_path, "011002_counter-book_full_202611240700.csv", BOOK, [])
    write_extract(tmp_path, f"{NAHA}_counter-book_full_202611250700.csv", BOOK, [])
    for file, code in zip(finished_extracts(tmp_path), ("LEDGER_FOREIGN", "LEDGER_FUTURE"), strict=True):
        with pytest.raises(Refused) as refused:
            list(read_counter_book(file, NAHA, DAY))
        assert refused.value.finding.code == code


BROKEN_CASES = {
    "decided without a day": {"状態": "2", "決定日": ""},
    "open with a day": {"状態": "1", "決定日": "2026-11-20"},
    "an unknown state": {"状態": "9"},
    "no account": {"口座": "普通 1234567"},
    "no person": {"届出者宛名番号": ""},
    "a child that is none": {"児童宛名番号": "000000000010006 7"},
    "no day": {"受付日": "2026-11-31"},
}
GOOD = (NAHA, "27-1", "", "PT27001", "1", "2026-11-20", "", "0" * 15, "", "", "9900-001-1-1234567", "")
CASE = dict(zip(CASE_COLUMNS, GOOD, strict=True))


@pytest.mark.parametrize("cells", BROKEN_CASES.values(), ids=BROKEN_CASES)
def test_a_case_that_does_not_follow_its_profile_is_refused(tmp_path: Path, cells: dict[str, str]) -> None:
    write_extract(tmp_path, f"{NAHA}_cases_full_202611240700.csv", CASE_COLUMNS, [tuple(CASE.values())])
    assert [one.number for one in read_cases(finished_extracts(tmp_path)[0], NAHA, DAY)] == ["27-1"]
    write_extract(tmp_path, f"{NAHA}_cases_full_202611240700.csv", CASE_COLUMNS, [tuple({**CASE, **cells}.values())])
    with pytest.raises(Refused) as refused:
        list(read_cases(finished_extracts(tmp_path)[0], NAHA, DAY))
    assert refused.value.finding.code == "LEDGER_ROW"


TRAITS = ("filer", "child", "household", "account", "period")
filings = st.fixed_dictionaries({trait: st.frozensets(st.sampled_from("abc"), max_size=2) for trait in TRAITS})


@settings(max_examples=100, deadline=None)
@given(filings, filings)
def test_whether_two_filings_are_the_same_does_not_depend_on_which_is_asked(mine: Any, theirs: Any) -> None:
    for kind in read_repeats(PROJECT / "mappings" / "repeats.yaml").kinds:
        assert kind.fits(mine, theirs) == kind.fits(theirs, mine)


def test_a_procedure_replaces_a_shared_kind_by_its_own() -> None:
    rules = read_repeats(PROJECT / "mappings" / "repeats.yaml")
    own = rules.kinds[0].model_copy(update={"status": "warn"})
    added = own.model_copy(update={"id": "added"})
    assert [kind.status for kind in rules.of([own, added])] == ["warn", *["shadow"] * (len(rules.kinds) - 1), "warn"]


@pytest.mark.parametrize("written", ["2027-04-01", "令和9年4月1日", "Ｒ９．４．１", " 2027年4月1日 "])
def test_one_day_is_one_period_however_it_is_written(written: str) -> None:
    procedure = load_catalogue().procedures["hoiku-nintei"]
    content = etree.fromstring(f'<申請内容 xmlns="{NAMESPACE}"><利用希望開始日>{written}</利用希望開始日></申請内容>')
    assert read_period(procedure, content) == ("", "2027-04-01")
