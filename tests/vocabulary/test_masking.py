"""No 個人番号 survives masking, and what is none stays readable."""

import io
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocabulary.check_digits import issue_ledger_number, my_number_check_digit, valid_my_number
from vocabulary.masking import MASK, NumberFilter, mask_numbers

quick = settings(max_examples=80, deadline=None)
NUMBER = "123456789018"
Log = tuple[logging.Logger, io.StringIO]
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


@pytest.mark.parametrize(
    "written",
    [
        "123456789018", "1234 5678 9018", "1234-5678-9018", "１２３４５６７８９０１８", "１２３４　５６７８　９０１８", "1234－5678－9018",
        "1 2 3 4 5 6 7 8 9 0 1 8", "1234 - 5678 - 9018", "1234‐5678‐9018", "1234\u200b56789018", "123456 789018", "1234−5678ー9018",
    ],
)
@pytest.mark.parametrize("around", ["{}", "番号は{}です", "ID{}X", "3 {} 4", "{}\n{}", "'{}', '{}'"])
def test_every_way_to_write_a_number_is_masked(written: str, around: str) -> None:
    assert mask_numbers(around.replace("{}", written)) == around.replace("{}", MASK)


@pytest.mark.parametrize(
    "text",
    [
        "20261124-00000123", "2026-11-24T08:50:03+09:00", "123456789017", "123456789012340", "000000000000",
        "1234567890180", "472018", "1234\n56789018",
    ],
)
def test_other_digits_stay_readable(text: str) -> None:
    assert mask_numbers(text) == text


@quick
@given(
    st.text("0123456789", min_size=11, max_size=11).filter(lambda body: body.strip("0")),
    st.lists(st.sampled_from(["", "", " ", "-", "　", "－"]), min_size=11, max_size=11),
    st.booleans(),
    st.text("あいう:,()\n", max_size=5),
)
def test_no_valid_number_survives(body: str, separators: list[str], wide: bool, around: str) -> None:
    number = f"{body}{my_number_check_digit(body)}"
    written = number[0] + "".join(separator + digit for separator, digit in zip(separators, number[1:], strict=True))
    text = written.translate(FULL_WIDTH) if wide else written
    assert mask_numbers(f"{around}{text}{around}") == f"{around}{MASK}{around}"


@quick
@given(st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    masked = mask_numbers(text)
    assert mask_numbers(masked) == masked


@quick
@given(st.integers(0, 10**14 - 1))
def test_ledger_numbers_stay_readable(serial: int) -> None:
    number = issue_ledger_number(serial)
    assert number is None or mask_numbers(number) == number


@pytest.fixture
def log() -> Iterator[Log]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(NumberFilter())
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s %(case)s", defaults={"case": ""}))
    logger = logging.Logger("tests.masking")
    logger.addHandler(handler)
    yield logger, stream
    handler.close()


def test_a_record_carries_no_number_in_message_arguments_or_extra_fields(log: Log) -> None:
    logger, stream = log
    logger.warning(f"plain {NUMBER}")
    logger.warning("argument %s and %d", NUMBER, int(NUMBER))
    logger.warning("joined %s-%s", NUMBER[:4], NUMBER[4:])
    logger.warning("mapping %(who)s", {"who": NUMBER})
    logger.warning("extra", extra={"case": NUMBER})
    assert NUMBER not in stream.getvalue().replace("-", "")
    assert stream.getvalue().count(MASK) == 6


def test_a_traceback_carries_no_number(log: Log) -> None:
    logger, stream = log
    try:
        int(f"refused {NUMBER}")
    except ValueError:
        logger.exception("failed")
    assert f"refused {MASK}" in stream.getvalue()
    assert NUMBER not in stream.getvalue()


def test_a_record_without_numbers_keeps_its_parts() -> None:
    record = logging.LogRecord("hub", logging.INFO, "x.py", 1, "stored %s", ("20261124-00000123",), None)
    assert NumberFilter().filter(record)
    assert (record.msg, record.args) == ("stored %s", ("20261124-00000123",))


def test_a_message_that_cannot_be_formatted_is_still_masked(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    logger, stream = log
    logger.warning("two %s %s", NUMBER)  # noqa: PLE1206  the mistake is what is tested
    assert "two %s %s (its arguments cannot be written)" in stream.getvalue()
    assert NUMBER not in stream.getvalue() + capsys.readouterr().err


def test_the_example_is_a_valid_number() -> None:
    assert valid_my_number(NUMBER)
