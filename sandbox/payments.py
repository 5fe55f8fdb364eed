"""Payments of the town (公金決済): claims, a till that takes payments, and the files of each way and of the bank, with planted faults.

Below ``sandbox/payments``: ``claims`` (extract), ``collections``, ``deposits``, ``posted`` (the receipts system), ``till.jsonl``.
"""

import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from sandbox.ledgers import write_extract
from sandbox.town import Town

FOLDER = "payments"
PLACES = ("claims", "collections", "deposits", "posted")
COLUMNS = (
    "団体コード", "収納機関番号", "納付番号", "確認番号", "納付区分", "eL番号", "金額", "納期限", "歳入科目", "納付目的",
    "会計年度", "担当課", "宛名番号",
)  # fmt: skip
INSTITUTION, SUBJECT, SECTION = "00123", "14-01-02", "hoiku"
FAULTS = ("double", "late", "net", "twice", "wrong-total")
"""double: the first payment again by another way. late: 収納日 after the due date. net: the bank's card deposit without its fee line.
twice: a file under a second name. wrong-total: a trailer that says too much."""

_STEMS = {"pay-easy": "payeasy", "credit-card": "card", "eltax": "eltax"}
_CODES = {"pay-easy": "01", "credit-card": "02", "eltax": "03"}
_STAGES = {
    "pay-easy": {"prompt": "1", "final": "2", "cancelled": "3"},
    "credit-card": {"prompt": "速報", "final": "確報", "cancelled": "取消"},
    "eltax": {"prompt": "1", "final": "2", "cancelled": "9"},
}
_HEADS = {
    "credit-card": ("区分", "取引番号", "収納機関番号", "納付番号", "金額", "収納日", "入金予定日"),
    "eltax": ("データ区分", "収納番号", "団体番号", "eL番号", "納付額", "納付日", "払込予定日"),
}


@dataclass(frozen=True, slots=True)
class Payment:
    """One row of a way. number: 納付番号, or eL番号 for eltax; collected_on, deposit_on: ISO text."""

    way: str
    stage: str
    reference: str
    number: str
    amount: int
    collected_on: str
    deposit_on: str


def publish_claims(folder: Path, town: Town, *, day: date, municipality: str) -> None:
    """Claims for the nursery fee of some families, due a week after ``day``, and empty folders for the rest."""
    for place in PLACES:
        (folder / FOLDER / place).mkdir(parents=True, exist_ok=True)
    families = [one for one in town.households.get("nursery", ()) if not any(person.protected for person in one.members)]
    due = (day + timedelta(days=7)).isoformat()
    rows = [claim_row(municipality, place, one.parents[0].atena, due=due) for place, one in enumerate(families, start=1)]
    write_extract(folder / FOLDER / "claims", f"{municipality}_claims_full_{day:%Y%m%d}0600.csv", COLUMNS, rows)


def claim_row(municipality: str, place: int, atena: str, *, due: str, amount: int = 23400, year: int = 2026) -> tuple[str, ...]:
    """The ``place``-th claim as the owning system extracts it; every number has leading zeros."""
    numbers = (INSTITUTION, f"{place:016}", f"{place:06}", "001", f"{place:020}")
    return (municipality, *numbers, str(amount), due, SUBJECT, "保育所利用者負担額", str(year), SECTION, atena)


def pay(folder: Path, payment: Payment) -> None:
    """Somebody pays: the till remembers it until the files of the day are made. folder: the ``sandbox`` folder of a root."""
    till = folder / FOLDER / "till.jsonl"
    till.parent.mkdir(parents=True, exist_ok=True)
    with till.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(payment), ensure_ascii=False) + "\n")


def hand_over(folder: Path, *, day: date, faults: Collection[str] = ()) -> None:
    """Make the next files of ``day`` from everything in the till, which is empty afterwards. faults: some of ``FAULTS``."""
    till = folder / FOLDER / "till.jsonl"
    paid = [Payment(**json.loads(line)) for line in till.read_text(encoding="utf-8").splitlines()] if till.exists() else []
    paid = _with_faults(paid, faults)
    for way in sorted({one.way for one in paid}):
        rows, excess = [one for one in paid if one.way == way], int("wrong-total" in faults)
        for _ in range(2 if "twice" in faults else 1):
            number = _next_number(folder / FOLDER / "collections", f"{_STEMS[way]}_{day:%Y%m%d}")
            name, data = collection_file(way, rows, day=day, number=number, excess=excess)
            _leave(folder / FOLDER / "collections" / name, data)
    lines = [(one.way, "revenue", f"D{one.reference}", one.amount, one.deposit_on) for one in paid if one.stage == "final"]
    if "net" in faults:
        lines = [(way, sort, ref, amount - 100 if way == "credit-card" else amount, on) for way, sort, ref, amount, on in lines]
    if lines:
        place, stem = folder / FOLDER / "deposits", f"nyukin_{day:%Y%m%d}"
        _leave(place / f"{stem}_{_next_number(place, stem):02}.dat", deposit_file(lines))
    till.unlink(missing_ok=True)


def _with_faults(paid: Sequence[Payment], faults: Collection[str]) -> list[Payment]:
    found = list(paid)
    if "late" in faults:
        found = [Payment(**{**asdict(one), "collected_on": "2026-12-31", "deposit_on": "2027-01-04"}) for one in found]
    if "double" in faults and found:
        first = found[0]
        way = "credit-card" if first.way == "pay-easy" else "pay-easy"
        found.append(Payment(**{**asdict(first), "way": way, "reference": f"{first.reference}-2"}))
    return found


def _next_number(folder: Path, stem: str) -> int:
    """A second file of a day has a name of its own."""
    return len(list(folder.glob(f"{stem}_*"))) + 1


def _leave(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(data)
    draft.replace(path)


def collection_file(way: str, rows: Sequence[Payment], *, day: date, number: int = 1, excess: int = 0) -> tuple[str, bytes]:
    """Name and bytes of a file of a way. excess: so many yen more than it should the trailer says."""
    total = sum(one.amount for one in rows) + excess
    stem = _STEMS[way]
    if way == "pay-easy":
        data = _fixed((_payeasy_line(one) for one in rows), f"8{len(rows):06}{total:012}")
        return f"{stem}_{day:%Y%m%d}_{number:02}.dat", data
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADS[way])
    for one in rows:
        stage = _STAGES[way][one.stage]
        writer.writerow((stage, one.reference, INSTITUTION, one.number, one.amount, one.collected_on, one.deposit_on))
    writer.writerow(("合計", len(rows), total))
    return f"{stem}_{day:%Y%m%d}_{number:02}.csv", text.getvalue().encode("cp932" if way == "credit-card" else "utf-8-sig")


def _payeasy_line(one: Payment) -> str:
    days = one.collected_on.replace("-", "") + one.deposit_on.replace("-", "")
    return f"1{_STAGES[one.way][one.stage]}{one.reference:<20}{INSTITUTION}{one.number:<20}{one.amount:010}{days}"


def _fixed(lines: Iterable[str], trailer: str) -> bytes:
    rows = (*lines, trailer, "9")
    return "".join(f"{row:<80}\r\n" for row in rows).encode("cp932")


def deposit_file(rows: Sequence[tuple[str, str, str, int, str]]) -> bytes:
    """Bytes of the bank's file. rows: way, sort (revenue or fee), reference, amount, 入金日."""
    sorts: Mapping[str, str] = {"revenue": "1", "fee": "2"}
    lines = (f"1{_CODES[way]}{sorts[sort]}{ref:<20}{amount:012}{on.replace('-', '')}" for way, sort, ref, amount, on in rows)
    return _fixed(lines, f"8{len(rows):06}{sum(amount for *_, amount, _ in rows):014}")
