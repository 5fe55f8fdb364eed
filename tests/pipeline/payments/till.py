"""What the world does about payments, and what the hub makes of it: claims, files of the ways of payment, the bank."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.flow import FLOWS, step_function
from pipeline.hub import Hub
from pipeline.payments.figures import all_verdicts
from pipeline.payments.items import item_rows
from sandbox.ledgers import write_extract
from sandbox.payments import COLUMNS, Payment, claim_row, collection_file, deposit_file
from tests.pipeline.days import DAY, NAHA, at, hub_at

FEE = 23400
TODAY, DUE = DAY.isoformat(), "2026-12-01"


def owe(root: Path, stamp: str, *, amounts: Sequence[int] = (FEE,) * 4, due: str = DUE) -> None:
    rows = [claim_row(NAHA, n, f"{n:015}", due=due, amount=amount) for n, amount in enumerate(amounts, start=1)]
    write_extract(root / "sandbox/payments/claims", f"{NAHA}_claims_full_{stamp}.csv", COLUMNS, rows)


def payment(number: int = 1, way: str = "pay-easy", stage: str = "final", **other: Any) -> Payment:
    named = f"{number:020}" if way == "eltax" else f"{number:016}"
    values = {"reference": f"R{number}", "amount": FEE, "collected_on": TODAY, "deposit_on": TODAY, **other}
    return Payment(way=way, stage=stage, number=named, **values)


def leave(root: Path, *rows: Payment, number: int = 1, excess: int = 0) -> str:
    name, data = collection_file(rows[0].way, rows, day=DAY, number=number, excess=excess)
    (root / "sandbox/payments/collections" / name).write_bytes(data)
    return name


def bank(root: Path, *rows: tuple[str, str, str, int, str], number: int = 1) -> None:
    (root / f"sandbox/payments/deposits/nyukin_{DAY:%Y%m%d}_{number:02}.dat").write_bytes(deposit_file(rows))


def morning(root: Path, day: date = DAY) -> dict[str, dict[str, int]]:
    with hub_at(root, at(7, day=day)) as hub:
        return {step: step_function(step)(hub) for step in FLOWS["payments"]}


def words(hub: Hub) -> list[tuple[str, str]]:
    return [(one.row.reference, one.word) for one in all_verdicts(hub)]


def open_items(hub: Hub) -> list[tuple[str, str]]:
    return sorted((row.kind, row.section) for row in item_rows(hub) if row.state == "open")


def posted(root: Path) -> list[str]:
    files = sorted((root / "sandbox/payments/posted").glob("keshikomi_*.csv"))
    return [line for file in files for line in file.read_bytes().decode("cp932").splitlines()[1:]]

