"""Register files: taken only when finished, refused by row number, values never repeated."""

import hashlib
import json
from pathlib import Path

import pytest

from connectors.errors import PermanentError, TransientError
from connectors.register import Link, finished_files, read_links, read_residents
from vocabulary.check_digits import issue_ledger_number
from vocabulary.findings import Refused

LINKS = "利用者証明用シリアル番号,宛名番号,有効開始日,有効終了日,更新区分"
RESIDENTS = (
    "宛名番号,世帯番号,個人番号,氏名,氏名カナ,生年月日,生年月日不詳フラグ,生年月日不詳表記,性別,続柄,"
    "郵便番号,住所,方書,住民区分,支援措置区分,異動日,更新区分"
)
ATENA = issue_ledger_number(4711) or ""
GOOD_LINK = f"0A1B2C,{ATENA},2024-04-01,2029-04-01,1"
GOOD_RESIDENT = f"{ATENA},{ATENA},123456789018,那覇　太郎,ナハ　タロウ,1990-04-01,0,,1,世帯主,9000001,沖縄県那覇市港町,,1,0,2020-04-01,1"


def write(folder: Path, name: str, *lines: str, rows: int | None = None, end: bool = True) -> Path:
    path = folder / name
    data = "".join(f"{line}\r\n" for line in lines).encode()
    path.write_bytes(data)
    if end:
        count = len(lines) - 1 if rows is None else rows
        (folder / f"{name}.end").write_text(json.dumps({"rows": count, "sha256": hashlib.sha256(data).hexdigest()}))
    return path


def test_links_are_read_row_by_row(tmp_path: Path) -> None:
    path = write(tmp_path, "links_full_20261123.csv", LINKS, GOOD_LINK, f"0D,{ATENA},2024-04-01,,3")
    rows = list(read_links(path))
    assert rows == [Link("0A1B2C", ATENA, "2024-04-01", "2029-04-01", "1"), Link("0D", ATENA, "2024-04-01", "", "3")]


def test_residents_keep_unknown_birth_dates_and_protection(tmp_path: Path) -> None:
    unknown = GOOD_RESIDENT.replace("1990-04-01,0,", "1965-00-00,1,昭和40年頃").replace(",1,0,2020", ",1,1,2020")
    path = write(tmp_path, "residents_full_20261123.csv", RESIDENTS, GOOD_RESIDENT, unknown)
    known, vague = read_residents(path)
    assert (known.atena, known.number, known.name) == (ATENA, "123456789018", "那覇　太郎")
    assert (known.birth, known.birth_unknown) == ("1990-04-01", False)
    assert (known.relation, known.postal_code, known.kind, known.protected) == ("世帯主", "9000001", "1", False)
    assert (vague.birth, vague.birth_unknown, vague.birth_text, vague.protected) == ("1965-00-00", True, "昭和40年頃", True)


def test_repr_of_a_resident_shows_no_personal_value(tmp_path: Path) -> None:
    (resident,) = read_residents(write(tmp_path, "residents_full_20261123.csv", RESIDENTS, GOOD_RESIDENT))
    assert not any(value in repr(resident) for value in ("123456789018", "那覇", "ナハ", "1990", "9000001"))


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (GOOD_LINK.replace(ATENA, ATENA[:-1]), 3),
        (GOOD_LINK.replace("2024-04-01", "2024-02-30"), 3),
        (GOOD_LINK[:-1] + "9", 3),
        (GOOD_LINK + ",", 3),
        (GOOD_LINK.replace("0A1B2C", ""), 3),
        ('"' + GOOD_LINK, 3),
    ],
    ids=["atena too short", "no such day", "unknown change", "a cell too many", "no serial", "open quote"],
)
def test_a_bad_row_is_refused_with_its_number_and_without_its_values(tmp_path: Path, line: str, row: int) -> None:
    path = write(tmp_path, "links_full_20261123.csv", LINKS, GOOD_LINK, line)
    with pytest.raises(Refused) as refused:
        list(read_links(path))
    finding = refused.value.finding
    assert (finding.code, finding.where) == ("REGISTER_ROW", f"links_full_20261123.csv:{row}")
    assert ATENA[:-1] not in f"{finding} {refused.value}"


@pytest.mark.parametrize(
    "change",
    [
        ("123456789018", "12345678901"),
        ("1990-04-01,0", "1990-00-00,0"),
        (",1,0,2020", ",5,0,2020"),
        (",1,0,2020", ",1,x,2020"),
        ("那覇　太郎", ""),
    ],
    ids=["number too short", "unknown day without flag", "unknown kind", "unknown protection", "no name"],
)
def test_a_bad_resident_is_refused(tmp_path: Path, change: tuple[str, str]) -> None:
    path = write(tmp_path, "residents_full_20261123.csv", RESIDENTS, GOOD_RESIDENT.replace(*change))
    with pytest.raises(Refused) as refused:
        list(read_residents(path))
    assert refused.value.finding.where == "residents_full_20261123.csv:2"
    assert "123456" not in str(refused.value.finding)


def test_a_header_of_another_profile_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "links_full_20261123.csv", LINKS.replace("宛名番号", "住民番号"), GOOD_LINK)
    with pytest.raises(Refused) as refused:
        list(read_links(path))
    assert refused.value.finding.where == "links_full_20261123.csv:1"


def test_bytes_of_another_encoding_are_refused(tmp_path: Path) -> None:
    data = f"{LINKS}\r\n那覇\r\n".encode("cp932")
    (tmp_path / "links_full_20261123.csv").write_bytes(data)
    (tmp_path / "links_full_20261123.csv.end").write_text(json.dumps({"rows": 1, "sha256": hashlib.sha256(data).hexdigest()}))
    with pytest.raises(Refused):
        list(read_links(tmp_path / "links_full_20261123.csv"))


def test_a_file_that_is_not_finished_is_asked_for_again_later(tmp_path: Path) -> None:
    path = write(tmp_path, "links_full_20261123.csv", LINKS, GOOD_LINK, end=False)
    with pytest.raises(TransientError, match="is not finished"):
        list(read_links(path))
    (tmp_path / "links_full_20261123.csv.end").write_text('{"rows": 1')
    with pytest.raises(TransientError, match="is not finished"):
        list(read_links(path))


def test_a_file_that_is_still_being_written_is_asked_for_again_later(tmp_path: Path) -> None:
    path = write(tmp_path, "links_full_20261123.csv", LINKS, GOOD_LINK)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(TransientError, match="bytes differ"):
        list(read_links(path))


def test_a_row_count_that_disagrees_is_not_taken(tmp_path: Path) -> None:
    path = write(tmp_path, "links_full_20261123.csv", LINKS, GOOD_LINK, rows=2)
    with pytest.raises(TransientError, match=r"has 1 rows, its \.end file says 2"):
        list(read_links(path))


def test_finished_files_come_in_the_order_to_read_them(tmp_path: Path) -> None:
    for name in ("links_delta_202611240800.csv", "links_full_20261124.csv", "links_delta_202611231200.csv", "residents_full_20261124.csv"):
        write(tmp_path, name, LINKS, GOOD_LINK)
    write(tmp_path, "links_delta_202611240900.csv", LINKS, end=False)
    write(tmp_path, "links_delta_2026.csv", LINKS)
    files = finished_files(tmp_path, "links")
    assert [(file.stamp, file.full) for file in files] == [("202611231200", False), ("20261124", True), ("202611240800", False)]
    with pytest.raises(PermanentError, match="correct inbox"):
        finished_files(tmp_path / "nowhere", "links")
