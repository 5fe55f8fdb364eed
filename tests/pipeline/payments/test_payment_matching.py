"""The matching of payments for itself: one verdict for each row, no order matters, numbers and years are what they are."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.collections import read_collected
from pipeline.payments.matching import ITEMS, QUIET, SETTLED, Known, Verdict, fiscal_year_of, judge
from sandbox.payments import Payment, collection_file
from tests.pipeline.days import DAY

TODAY, DUE = DAY.isoformat(), "2026-12-01"


def row(number: int, values: tuple[str, str, str, int, int, str]) -> Any:
    way, stage, reference, claim, amount, day = values
    named = f"{claim:020}" if way == "eltax" else f"{claim:016}"
    cells = {"reference": reference, "institution": "00123", "number": named, "amount": amount, "collected_on": day, "deposit_on": day}
    return SimpleNamespace(file=number, line=1, way=way, stage=stage, **cells)


CLAIMS: list[Any] = [
    SimpleNamespace(
        id=n, institution="00123", number=f"{n:016}", el_number=f"{n:020}", amount=100, due_on=DUE, state="open", fiscal_year=2026
    )
    for n in (1, 2)
]
ROWS = st.tuples(
    st.sampled_from(["pay-easy", "credit-card", "eltax"]),
    st.sampled_from(["prompt", "final", "cancelled"]),
    st.sampled_from(["A", "B", "C"]),
    st.integers(1, 3),
    st.sampled_from([90, 100, 110]),
    st.sampled_from(["2026-11-20", "2026-11-24"]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(ROWS, max_size=9), st.randoms(use_true_random=False))
def test_every_row_has_one_verdict_and_any_order_of_files_ends_the_same(values: list[Any], chance: Any) -> None:
    rows = [row(place, one) for place, one in enumerate(values)]
    found = judge(CLAIMS, rows, Known())
    assert sum(one.row.amount for one in found) == sum(one.amount for one in rows)
    assert {one.word for one in found} <= {*SETTLED, *QUIET, *ITEMS}
    matched = [one.claim.id for one in found if one.word == "matched" and one.claim]
    assert len(matched) == len(set(matched))
    chance.shuffle(rows)
    for place, one in enumerate(rows):
        one.file = place

    def seen(verdicts: list[Verdict]) -> list[tuple[Any, ...]]:
        return sorted((one.word, *one.payment, one.row.stage, one.row.number, one.row.amount, one.row.collected_on) for one in verdicts)

    before = [(one.word, *one.payment, one.row.stage, one.row.number, one.row.amount, one.row.collected_on) for one in found]
    assert seen(judge(CLAIMS, rows, Known())) == sorted(before)


@settings(max_examples=50, deadline=None)
@given(st.from_regex("[0-9]{16,20}", fullmatch=True), st.integers(1, 999_999_999))
def test_leading_zeros_survive_each_layout(number: str, amount: int) -> None:
    for way in ("pay-easy", "credit-card", "eltax"):
        paid = Payment(way, "final", "0007", number, amount, TODAY, TODAY)
        [read] = read_collected(*collection_file(way, [paid], day=DAY))
        assert (read.reference, read.institution, read.number, read.amount) == ("0007", "00123", number, amount)


@pytest.mark.parametrize(
    ("collected_on", "year"), [("2027-03-31", 2026), ("2027-04-01", 2026), ("2027-05-31", 2026), ("2027-06-01", 2027), ("2028-03-31", 2027)]
)
def test_the_fiscal_year_is_the_claims_until_31_may(collected_on: str, year: int) -> None:
    assert fiscal_year_of(2026, collected_on) == year
