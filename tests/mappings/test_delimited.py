"""CSV for older systems: exact bytes, the byte pair that the receiver wants, quotes everywhere, the kind of record in front."""

import pytest

from mappings.records import Table
from mappings.release import read, write
from sandbox.receiver_legacy_csv import read_legacy_csv
from tests.mappings.format_values import CATALOGUE, CONTEXT, GROUP, child
from vocabulary.findings import Refused

FORMAT = CATALOGUE.formats["legacy-csv"]


def row(table: Table) -> list[str]:
    return [column[0] or "" for column in table.columns.values()]


def test_bytes_are_exactly_these() -> None:
    table = child(shimei='髙良, "葵"', jusho="一\n二〜三")
    (file,) = write(FORMAT, {GROUP: table}, CONTEXT).files
    cells = [GROUP, *row(table)]
    line = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells).replace("〜", "～")
    before, _, after = line.partition("髙")
    assert file.data == before.encode("cp932") + b"\xfb\xfc" + after.encode("cp932") + b"\r\n"
    assert file.name == "027_ninteiseikyu_jido_472018_20261124_007.csv"
    assert (file.spans[0].offset, file.spans[0].length) == (0, len(file.data) - 2)


def test_the_other_makers_byte_pair_is_not_read_back() -> None:
    (file,) = write(FORMAT, {GROUP: child(shimei="髙良")}, CONTEXT).files
    assert read(FORMAT, file.data)[0].fields["shimei"] == "髙良"
    with pytest.raises(Refused):
        read(FORMAT, file.data.replace(b"\xfb\xfc", b"\xee\xe0"))


def test_a_line_of_another_group_is_not_read_as_one_of_this() -> None:
    (file,) = write(FORMAT, {GROUP: child()}, CONTEXT).files
    for other in ("mishiharai_jido", "nobody"):
        with pytest.raises(Refused):
            read(FORMAT, file.data + file.data.replace(GROUP.encode(), other.encode()))


def test_quotes_that_are_missing_are_a_fault() -> None:
    (file,) = write(FORMAT, {GROUP: child(shimei="A")}, CONTEXT).files
    with pytest.raises(Refused):
        read(FORMAT, file.data.replace(b'"A"', b"A"))


def test_the_receiving_system_takes_it_by_its_own_reading() -> None:
    (file,) = write(FORMAT, {GROUP: child(shimei="髙﨑①")}, CONTEXT).files
    verdict = read_legacy_csv(file.data)
    assert (verdict.result, verdict.records, verdict.named) == ("OK", 1, ((child().columns["uketsukebango"][0], GROUP),))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: b"", "NOT_CRLF"),
        (lambda data: data[:-2], "NOT_CRLF"),
        (lambda data: data.replace(b"\xfb\xfc", b"\xee\xe0"), "NEC_CODE"),
        (lambda data: data.replace(b"\xfb\xfc", b"\x80\x20"), "NOT_CP932"),
        (lambda data: data.replace(b'"' + GROUP.encode() + b'"', GROUP.encode()), "NOT_QUOTED"),
        (lambda data: data.replace(GROUP.encode(), b"jido"), "RECORD_KIND"),
        (lambda data: data.replace(b"\r\n", b',"more"\r\n'), "COLUMN_COUNT"),
        (lambda data: data.replace((child().columns["uketsukebango"][0] or "").encode(), b""), "NO_RECEIPT_NUMBER"),
    ],
)
def test_the_receiving_system_refuses_what_breaks_the_agreement(change: object, reason: str) -> None:
    (file,) = write(FORMAT, {GROUP: child(shimei="髙良")}, CONTEXT).files
    assert callable(change)
    assert read_legacy_csv(change(file.data)).reason == reason
