"""What receiving systems decide: words by kind of record, the same for one application in every file, nothing where nothing is decided."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from mappings.catalogue import load_catalogue
from sandbox.journals import Journals
from sandbox.receiver_items import columns_of_groups
from sandbox.receiver_outcomes import decide, read_words, words_of
from sandbox.receivers import RECEIVERS, ReceivingSystems
from vocabulary.clock import JST

WORDS = read_words()
CATALOGUE = load_catalogue()


@pytest.mark.parametrize("procedure", sorted(CATALOGUE.procedures))
def test_the_words_are_outcomes_that_the_procedure_has(procedure: str) -> None:
    spec = CATALOGUE.procedures[procedure]
    words = words_of(CATALOGUE.groups_of(spec), WORDS)
    assert {words.usual, words.refused} - {""} <= {outcome.title for outcome in spec.outcomes}


def test_every_row_is_about_a_group_with_items() -> None:
    assert sorted(WORDS.keys() - columns_of_groups().keys()) == []


def test_a_childs_group_is_decided_as_its_parents_and_an_unknown_one_is_accepted() -> None:
    assert words_of({"ninteiseikyu_jido"}, WORDS) == WORDS["ninteiseikyu"]
    assert words_of({"kyushokuhihenko_jido"}, WORDS) == WORDS["kyushokuhihenko"]
    assert words_of({"jidoteate_tsuika", "mishiharai"}, WORDS) == WORDS["mishiharai"]
    assert words_of({"mimamori"}, WORDS).usual == "受理"


def test_a_filing_that_waits_for_a_visit_is_not_decided() -> None:
    assert decide("20261124-00000001", WORDS["jifuyogenkyo"], "2026-11-24") is None


def test_every_file_of_an_application_says_the_same_and_undecided_ones_leave_no_file(tmp_path: Path) -> None:
    for receiver in RECEIVERS:
        (tmp_path / "delivered" / receiver.name).mkdir(parents=True)
    inbox = tmp_path / "delivered" / "jidoteate-std"
    rows = "".join(f"20261124-{number:08d},x\r\n" for number in range(200)).encode()
    for group in ("jidoteate_tsuika", "ninteiseikyu", "ninteiseikyu_jido"):
        (inbox / f"027_{group}_472018_20261124_001.csv").write_bytes(b"uketsukebango,x\r\n" + rows)
    (tmp_path / "delivered" / "hoiku" / "028_riyomoshikomi_472018_20261124_001.csv").write_bytes(b"uketsukebango,x\r\n" + rows)
    journals = Journals(tmp_path / "journals")
    systems = ReceivingSystems(tmp_path, journals=journals, now=lambda: datetime(2026, 11, 24, 12, tzinfo=JST))
    assert (systems.settle_receipts(), systems.settle_results()) == (4, 3)
    results = sorted((tmp_path / "sandbox" / "receivers" / "jidoteate-std" / "out" / "results").iterdir())
    said = {file.read_bytes() for file in results}
    assert (len(results), len(said)) == (3, 1)
    with results[0].open(encoding="utf-8", newline="") as file:
        assert {row["kekka"] for row in csv.DictReader(file)} == {"認定", "却下"}
