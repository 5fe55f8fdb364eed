"""Every planted defect ends as the stand-ins' own data expect, stops only itself, and is said in words that hold no resident's value."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo.world import MUNICIPALITY
from tests.flow.demo_root import Demo, read_lines
from tests.flow.expected_outcomes import NEVER_COMPLETE
from vocabulary.reasons import reasons

SHORTEST = 5


@dataclass(frozen=True)
class Outside:
    """The demo's root as somebody sees it who knows neither the hub's code nor its journal's meaning beyond the tables read here."""

    root: Path
    expected: dict[str, Any]

    def rows(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        """Rows of the journal."""
        connection = sqlite3.connect(f"file:{self.root / 'hub.db'}?mode=ro", uri=True)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    @cached_property
    def outcomes(self) -> dict[str, list[tuple[str, str | None]]]:
        """Disposition and reason of each application by 受付番号."""
        found: dict[str, list[tuple[str, str | None]]] = {}
        for receipt, disposition, reason in self.rows("SELECT receipt, disposition, reason FROM applications"):
            found.setdefault(receipt, []).append((disposition, reason))
        return found

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The portal's lines in the order of arrival."""
        return read_lines(self.root / "sandbox" / "portal" / "listings.jsonl")


@pytest.fixture(scope="module")
def outside(demo: Demo) -> Outside:
    """The root after both runs."""
    return Outside(demo.root, demo.expected)


def held(outside: Outside) -> Iterator[tuple[str, str, str]]:
    """(defect, receipt, reason code) of all that must be held or wait."""
    for name, defect in outside.expected["defects"].items():
        kind, _, code = defect["expected"].partition(":")
        if kind in ("held", "waiting"):
            yield from ((name, receipt, code) for receipt in defect["receipts"])


def receipts_of(outside: Outside, expected: str) -> set[str]:
    """受付番号 of all defects that must end in one outcome."""
    return {receipt for defect in outside.expected["defects"].values() if defect["expected"] == expected for receipt in defect["receipts"]}


def test_what_must_be_held_or_wait_does_so_for_its_reason(outside: Outside) -> None:
    for name, receipt, code in held(outside):
        kind = outside.expected["defects"][name]["expected"].partition(":")[0]
        assert (kind, code) in outside.outcomes[receipt], name


def test_what_is_unusual_but_fine_is_delivered(outside: Outside) -> None:
    for name, defect in outside.expected["defects"].items():
        if defect["expected"].startswith("delivered"):
            assert [outside.outcomes[receipt] for receipt in defect["receipts"]] == [[("delivered", None)]] * len(defect["receipts"]), name


def test_document_by_post_is_owed_in_the_ledger(outside: Outside) -> None:
    owing = receipts_of(outside, "delivered:owed")
    visits = {receipt for receipt, one in outside.expected["people"].items() if one["procedure"] in NEVER_COMPLETE}
    ledger = outside.rows("SELECT a.receipt, d.way FROM documents d JOIN applications a ON a.id = d.application WHERE d.state = 'owed'")
    assert owing
    assert set(ledger) == {(receipt, "post") for receipt in owing} | {(receipt, "visit") for receipt in visits}


def test_what_was_withdrawn_before_fetch_has_no_application(outside: Outside) -> None:
    gone = receipts_of(outside, "gone_before_fetch")
    assert gone
    assert not outside.outcomes.keys() & gone
    assert {receipt for (receipt,) in outside.rows("SELECT receipt FROM listings WHERE state = 'gone'")} == gone


def test_every_good_application_is_delivered(outside: Outside) -> None:
    assert {receipt: outside.outcomes[receipt] for receipt in outside.expected["good"]} == {
        receipt: [("delivered", None)] for receipt in outside.expected["good"]
    }


def test_each_defect_runs_between_two_good_neighbours(outside: Outside) -> None:
    in_scope = [line for line in outside.lines if line["receipt"] not in outside.expected["out_of_scope"]]
    good = set(outside.expected["good"])
    places: dict[str, list[int]] = {}
    for place, line in enumerate(in_scope):
        if line["defect"]:
            places.setdefault(line["defect"], []).append(place)
    assert places.keys() == outside.expected["defects"].keys()
    for name, taken in places.items():
        before, after = in_scope[min(taken) - 1], in_scope[max(taken) + 1]
        assert min(taken) > 0, name
        assert {before["receipt"], after["receipt"]} <= good, name


def test_every_held_application_has_a_finding_with_sentence_and_remedy(outside: Outside) -> None:
    found = outside.rows("SELECT a.receipt, f.code FROM findings f JOIN applications a ON a.id = f.application")
    for name, receipt, code in held(outside):
        assert (receipt, code) in found, name
        words = reasons()[code]
        assert words.sentence.endswith("。"), code
        assert words.remedy.endswith("。"), code
        assert not words.sentence.isascii(), code


def test_nothing_is_held_that_is_no_defect(outside: Outside) -> None:
    planted = {receipt for _, receipt, _ in held(outside)}
    replaced = receipts_of(outside, "settled:REPLACED")
    stopped = {receipt for receipt, outcomes in outside.outcomes.items() if any(kind != "delivered" for kind, _ in outcomes)}
    assert stopped == planted | replaced


def test_the_last_of_two_nursery_filings_counts_and_the_first_is_settled_without_a_person(outside: Outside) -> None:
    (first,) = receipts_of(outside, "settled:REPLACED")
    assert outside.outcomes[first] == [("settled", "REPLACED")]
    children = {receipt: frozenset(people["persons"]) for receipt, people in outside.expected["people"].items()}
    again = [receipt for receipt, persons in children.items() if receipt > first and persons == children[first]]
    assert [outside.outcomes[receipt] for receipt in again] == [[("delivered", None)]]


def test_unknown_form_version_raises_one_alarm_for_its_group(outside: Outside) -> None:
    alarms = outside.rows("SELECT kind, subject, times FROM alarms WHERE kind = 'FORM_VERSION_UNKNOWN'")
    receipts = outside.expected["defects"]["unknown-form-version"]["receipts"]
    assert len(receipts) > 1
    assert len(alarms) == 1
    assert alarms[0][2] == len(receipts)


def test_restricted_case_lies_in_the_restricted_folder_only(outside: Outside) -> None:
    (receipt,) = outside.expected["defects"]["spouse-protected"]["receipts"]
    places = [path.parent.name for path in (outside.root / "cases").rglob(receipt)]
    assert places == ["jidoteate-restricted"]
    ordinary = {path.name for path in (outside.root / "cases" / MUNICIPALITY / "jidoteate").iterdir()}
    assert ordinary
    assert (outside.root / "cases" / MUNICIPALITY / "jidoteate-restricted").stat().st_mode & 0o077 == 0


def test_character_without_code_is_held_for_that_format_only(outside: Outside) -> None:
    (receipt,) = outside.expected["defects"]["character-without-cp932"]["receipts"]
    owed = "SELECT o.destination, o.state FROM obligations o JOIN applications a ON a.id = o.application WHERE a.receipt = ?"
    assert dict(outside.rows(owed, receipt)) == {"jidoteate-host": "held", "jidoteate-std": "delivered"}
    assert any(receipt.encode() in file.read_bytes() for file in (outside.root / "delivered" / "jidoteate-std").iterdir())
    assert not any(receipt.encode() in file.read_bytes() for file in (outside.root / "delivered" / "jidoteate-host").iterdir())


def test_held_applications_are_in_no_other_delivered_file(outside: Outside) -> None:
    partly = set(outside.expected["defects"]["character-without-cp932"]["receipts"])
    twice = set(outside.expected["defects"]["receipt-conflict"]["receipts"])
    stopped = {receipt for _, receipt, _ in held(outside)} - partly - twice
    data = b"".join(file.read_bytes() for file in (outside.root / "delivered").glob("*/*"))
    assert [receipt for receipt in stopped if receipt.encode() in data] == []


def test_conflicting_content_is_held_and_the_first_one_delivered_once(outside: Outside) -> None:
    (receipt,) = outside.expected["defects"]["receipt-conflict"]["receipts"]
    assert sorted(outside.outcomes[receipt], key=str) == [("delivered", None), ("held", "RECEIPT_CONFLICT")]


def test_findings_alarms_and_losses_hold_no_residents_value(outside: Outside) -> None:
    people = read_lines(outside.root / "sandbox" / "town" / "people.jsonl")
    values = {value for person in people for value in _personal(person) if len(value) >= SHORTEST}
    assert len(values) > 3 * len(people)
    said = "\n".join(
        json.dumps(row, ensure_ascii=False)
        for table in ("findings", "alarms", "suite_runs", "step_results", "losses")
        for row in outside.rows(f"SELECT {_texts(outside, table)} FROM {table}")
    )
    assert said
    assert [value for value in values if value in said] == []


def _personal(person: dict[str, Any]) -> Iterator[str]:
    """What a text about a resident could hold of them."""
    yield from (person["number"], person["home"]["address"], person["birth"])
    for gap in ("", " ", "\u3000"):
        yield f"{person['family']}{gap}{person['given']}"
        yield f"{person['family_kana']}{gap}{person['given_kana']}"


def _texts(outside: Outside, table: str) -> str:
    """Columns of a table that hold text."""
    columns = outside.rows(f"SELECT name, type FROM pragma_table_info('{table}')")
    return ", ".join(name for name, kind in columns if kind.startswith(("VARCHAR", "TEXT", "JSON")))
