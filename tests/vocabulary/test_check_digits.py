"""Check digits against worked examples, published numbers and their own properties."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary import check_digits as cd

quick = settings(max_examples=60, deadline=None)


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


@pytest.mark.parametrize("number", ["123456789018", "987654321093", "983205673214", "111111111118"])
def test_known_my_numbers_are_valid(number: str) -> None:
    assert cd.valid_my_number(number)
    assert cd.my_number_check_digit(number[:-1]) == int(number[-1])


def test_the_all_zero_my_number_passes_the_formula_and_is_refused() -> None:
    assert cd.my_number_check_digit("0" * 11) == 0
    assert not cd.valid_my_number("0" * 12)


@pytest.mark.parametrize("text", ["", "12345678901", "1234567890180", "12345678901８", "1234-5678-9018", "12345678901a", "²23456789018"])
def test_a_my_number_is_twelve_ascii_digits(text: str) -> None:
    assert not cd.valid_my_number(text)


@quick
@given(digits(11), st.integers(0, 10), st.integers(1, 9))
def test_a_changed_digit_never_keeps_a_my_number_valid_unless_its_check_digit_is_zero(body: str, place: int, step: int) -> None:
    check = cd.my_number_check_digit(body)
    changed = f"{body[:place]}{(int(body[place]) + step) % 10}{body[place + 1:]}"
    # Remainders 0 and 1 share the check digit 0, so that only there a change can go unseen.
    assert check == 0 or cd.my_number_check_digit(changed) != check


@quick
@given(digits(11).filter(lambda body: body.strip("0")))
def test_exactly_one_check_digit_makes_a_my_number_valid(body: str) -> None:
    assert [d for d in range(10) if cd.valid_my_number(f"{body}{d}")] == [cd.my_number_check_digit(body)]


@pytest.mark.parametrize(
    "code", ["131016", "011002", "011011", "130001", "271004", "141003", "472018", "010006"],
)
def test_known_municipality_codes_are_valid(code: str) -> None:
    assert cd.municipality_code(code[:5]) == code
    assert cd.valid_municipality_code(code)
    assert not cd.valid_municipality_code(code[:5] + str((int(code[5]) + 1) % 10))


@pytest.mark.parametrize("number", ["8000020131016", "7000012050002", "1180301018771"])
def test_known_corporate_numbers_are_valid(number: str) -> None:
    assert cd.valid_corporate_number(number)
    assert not cd.valid_corporate_number(f"0{number[1:]}")


@pytest.mark.parametrize("code", ["131016", "141003", "271004", "472018"])
def test_a_municipality_has_a_corporate_number_made_of_its_code(code: str) -> None:
    body = f"000020{code}"
    assert cd.valid_corporate_number(f"{cd.corporate_number_check_digit(body)}{body}")


def test_resident_record_codes_follow_the_common_formula() -> None:
    assert cd.valid_resident_record_code("12345678903")
    assert not cd.valid_resident_record_code("12345678904")


@pytest.mark.parametrize(("serial", "number"), [(12345678901234, "123456789012340"), (123, "000000000001236")])
def test_known_ledger_numbers_are_issued_and_valid(serial: int, number: str) -> None:
    assert cd.issue_ledger_number(serial) == number
    assert cd.valid_ledger_number(number)


def test_issuing_skips_the_serials_whose_remainder_is_one() -> None:
    skipped = [serial for serial in range(1, 10_001) if cd.issue_ledger_number(serial) is None]
    assert len(skipped) == 909
    assert not any(cd.valid_ledger_number(f"{skipped[0]:014d}{digit}") for digit in range(10))


@quick
@given(st.integers(0, 10**14 - 1), st.integers(0, 14), st.integers(1, 9))
def test_a_changed_digit_never_keeps_a_ledger_number_valid(serial: int, place: int, step: int) -> None:
    number = cd.issue_ledger_number(serial)
    if number is not None:
        changed = f"{number[:place]}{(int(number[place]) + step) % 10}{number[place + 1:]}"
        assert not cd.valid_ledger_number(changed)


@pytest.mark.parametrize(
    "check",
    [cd.my_number_check_digit, cd.corporate_number_check_digit, cd.ledger_number_check_digit, cd.municipality_code],
)
def test_a_body_of_another_shape_raises_without_repeating_it(check: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match="ASCII digits") as caught:
        check("9876")
    assert "9876" not in str(caught.value)


@quick
@given(st.text(max_size=16))
def test_no_text_makes_a_validator_raise(text: str) -> None:
    for validator in (cd.valid_my_number, cd.valid_corporate_number, cd.valid_municipality_code, cd.valid_ledger_number):
        assert validator(text) in {True, False}
