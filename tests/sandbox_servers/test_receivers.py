"""The receiving systems' own reading: strict, and independent of the hub's writers."""

from datetime import datetime
from pathlib import Path

import pytest

from connectors.profile import read_profile
from connectors.result_files import result_profiles
from sandbox.journals import Journals
from sandbox.receiver_csv import read_csv
from sandbox.receiver_fixed import read_fixed
from sandbox.receivers import RECEIVERS, ReceivingSystems
from vocabulary.clock import JST

PROFILE = read_profile("receivers")
RECEIPTS = ("20261124-00000001", "20261124-00000002")
GOOD = f'uketsukebango,shimei\r\n{RECEIPTS[0]},"那覇,\n太郎"\r\n{RECEIPTS[1]},花子\r\n{RECEIPTS[0]},次郎\r\n'.encode()


def test_a_good_csv_is_taken_with_its_receipt_numbers() -> None:
    verdict = read_csv("a.csv", GOOD)
    assert (verdict.result, verdict.records, verdict.receipts) == ("OK", 3, RECEIPTS)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "NOT_CRLF"),
        (b"\xef\xbb\xbf" + GOOD, "BOM"),
        (GOOD.decode().encode("cp932"), "NOT_UTF8"),
        (GOOD.replace(b"\r\n", b"\n"), "NOT_CRLF"),
        (GOOD[:-2], "NOT_CRLF"),
        (GOOD.replace("花子\r\n".encode(), "花子\n".encode()), "NOT_RFC_4180"),
        (GOOD.replace("花子".encode(), "花子,x".encode()), "COLUMN_COUNT"),
        (GOOD.replace("花子".encode(), '花"子"x'.encode()), "NOT_RFC_4180"),
        (b"uketsukebango,shimei\r\n", "EMPTY"),
        (GOOD.replace(b"uketsukebango", b"bango"), "HEADER"),
        (GOOD.replace(b"shimei", b"uketsukebango"), "HEADER"),
        (GOOD.replace(RECEIPTS[1].encode(), b""), "NO_RECEIPT_NUMBER"),
    ],
)
def test_a_csv_that_breaks_the_agreement_is_not_taken(data: bytes, reason: str) -> None:
    verdict = read_csv("a.csv", data)
    assert (verdict.result, verdict.reason) == ("NG", reason)


@pytest.fixture
def layouts(tmp_path: Path) -> Path:
    (tmp_path / "a.yaml").write_text(
        "group: a\nkind: '2'\nsub: '01'\nfields:\n  - {item: shimei, width: 6}\n  - {item: uketsukebango, width: 17}\n"
    )
    return tmp_path


def record(text: bytes) -> bytes:
    return text.ljust(30) + b"\r\n"


HEADER, TRAILER = record(b"1"), record(b"800000002")
BODY = [record("201那覇".encode("cp932") + b"  " + receipt.encode()) for receipt in RECEIPTS]


def test_a_good_fixed_length_file_is_taken(layouts: Path) -> None:
    verdict = read_fixed(HEADER + b"".join(BODY) + TRAILER, layouts)
    assert (verdict.result, verdict.records, verdict.receipts) == ("OK", 2, RECEIPTS)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "EMPTY"),
        (HEADER + BODY[0] + TRAILER, "TRAILER_COUNT"),
        (HEADER + b"".join(BODY) + TRAILER[:-2], "NOT_CRLF"),
        (HEADER + BODY[0] + BODY[1][1:] + TRAILER, "RECORD_LENGTH"),
        (b"".join(BODY) + TRAILER, "RECORD_KIND"),
        (HEADER + b"".join(BODY), "RECORD_KIND"),
        (HEADER + BODY[0] + BODY[1].replace(b"201", b"209") + TRAILER, "RECORD_KIND"),
        (HEADER + BODY[0] + BODY[1].replace(b"  20", b"\x81 20") + TRAILER, "NOT_CP932"),
        (HEADER + BODY[0] + record(b"201") + TRAILER, "NO_RECEIPT_NUMBER"),
    ],
)
def test_a_fixed_length_file_that_breaks_the_agreement_is_not_taken(layouts: Path, data: bytes, reason: str) -> None:
    verdict = read_fixed(data, layouts)
    assert (verdict.result, verdict.reason) == ("NG", reason)


@pytest.fixture
def systems(tmp_path: Path) -> ReceivingSystems:
    for receiver in RECEIVERS:
        (tmp_path / "delivered" / receiver.name).mkdir(parents=True)
    journals = Journals(tmp_path / "journals")
    return ReceivingSystems(tmp_path, journals=journals, now=lambda: datetime(2026, 11, 24, 12, tzinfo=JST))


def test_receipts_and_results_are_left_once_and_temporary_names_are_ignored(systems: ReceivingSystems, tmp_path: Path) -> None:
    folder = tmp_path / "delivered" / "kenko-kanri"
    for name in ("a.csv", ".b.csv.0123.part", "c.csv.part"):
        (folder / name).write_bytes(GOOD)
    assert [systems.settle_receipts(), systems.settle_receipts()] == [1, 0]
    assert [systems.settle_results(), systems.settle_results()] == [1, 0]
    out = tmp_path / "sandbox" / "receivers" / "kenko-kanri" / "out"
    assert [file.name for file in (out / "receipts").iterdir()] == ["a.csv.receipt.csv"]
    receipt = (out / "receipts" / "a.csv.receipt.csv").read_text(encoding="utf-8").splitlines()
    assert receipt[0].split(",") == PROFILE["receipts"]["columns"]
    assert receipt[1].startswith("a.csv,") and receipt[1].endswith(",3,OK,")
    results = (out / "results" / "a.csv.results.csv").read_text(encoding="utf-8").splitlines()
    assert results[0].split(",") == list(PROFILE["result_profiles"]["standard"]["columns"].values())
    assert [line.split(",")[:3] for line in results[1:]] == [[receipt, "受理", "2026-11-24"] for receipt in RECEIPTS]
    assert (folder / "a.csv").read_bytes() == GOOD


def test_a_bad_file_gets_a_receipt_and_no_results(systems: ReceivingSystems, tmp_path: Path) -> None:
    (tmp_path / "delivered" / "kenko-kanri" / "bad.csv").write_bytes(GOOD[:-2])
    (tmp_path / "delivered" / "kenko-kanri" / "what.xlsx").write_bytes(GOOD)
    assert systems.settle_receipts() == 2
    assert systems.settle_results() == 0
    out = tmp_path / "sandbox" / "receivers" / "kenko-kanri" / "out" / "receipts"
    assert (out / "bad.csv.receipt.csv").read_text().splitlines()[1].endswith(",0,NG,NOT_CRLF")
    assert (out / "what.xlsx.receipt.csv").read_text().splitlines()[1].endswith(",0,NG,FILE_NAME")


def test_some_claims_are_refused_with_a_reason_and_the_same_ones_by_both_systems(systems: ReceivingSystems, tmp_path: Path) -> None:
    rows = "".join(f"20261124-{number:08d},x\r\n" for number in range(500))
    file = "027_ninteiseikyu_472018_20261124_001.csv"
    for name in ("jidoteate-std", "kenko-kanri"):
        (tmp_path / "delivered" / name / file).write_bytes(b"uketsukebango,x\r\n" + rows.encode())
    systems.settle_receipts()
    systems.settle_results()
    answers = [
        (tmp_path / "sandbox" / "receivers" / name / "out" / "results" / f"{file}.results.csv").read_text(encoding="utf-8")
        for name in ("jidoteate-std", "kenko-kanri")
    ]
    assert answers[0] == answers[1]
    cells = [line.split(",") for line in answers[0].splitlines()[1:]]
    refused = [row for row in cells if row[1] == "却下"]
    assert 5 <= len(refused) <= 40
    assert all(row[6] for row in refused)
    assert not any(row[6] for row in cells if row[1] == "認定")


def test_the_nursery_system_answers_in_its_own_columns_words_and_days(systems: ReceivingSystems, tmp_path: Path) -> None:
    name = "028_kyoikuhoikunintei_472018_20261124_001.csv"
    rows = "".join(f"20261124-{number:08d},x\r\n" for number in range(100))
    (tmp_path / "delivered" / "hoiku" / name).write_bytes(b"uketsukebango,x\r\n" + rows.encode())
    systems.settle_receipts()
    systems.settle_results()
    left = (tmp_path / "sandbox" / "receivers" / "hoiku" / "out" / "results" / f"{name}.results.csv").read_bytes()
    read = result_profiles()["nursery"].read(left, name)
    assert {(row.outcome, row.decided_on, row.letter) for row in read} == {
        ("認定", "2026-11-24", "post"),
        ("却下", "2026-11-24", "post"),
    }
