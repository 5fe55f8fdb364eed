"""What the outside world holds after a day, read from the stand-ins' journals and the delivered files only, with readers of its own."""

import csv
import io
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sandbox.journals import read_journal

RECEIPT = re.compile(r"\d{8}-\d{8}")


@dataclass(frozen=True)
class OutsideWorld:
    """Effects by kind. records: (destination, kind of record, 受付番号) → rows in delivered files."""

    fetched: frozenset[str]
    withdrawn: frozenset[str]
    statuses: frozenset[tuple[str, str]]
    notices: frozenset[str]
    records: tuple[tuple[tuple[str, str, str], int], ...]

    @property
    def owed_receipts(self) -> dict[str, set[str]]:
        """Destination → 受付番号 found in its files."""
        found: dict[str, set[str]] = {}
        for (destination, _, receipt), _ in self.records:
            found.setdefault(destination, set()).add(receipt)
        return found


def outside_world(root: Path) -> OutsideWorld:
    """Read a root's stand-ins."""
    effects = read_journal(root / "sandbox" / "journals" / "effects.jsonl")

    def keys(system: str, *kinds: str) -> frozenset[str]:
        return frozenset(entry["key"] for entry in effects if entry["system"] == system and entry["effect"] in kinds)

    statuses = frozenset((entry["receipt"], entry["status"]) for entry in effects if entry["effect"] == "status")
    return OutsideWorld(
        fetched=keys("portal", "fetched"),
        withdrawn=keys("portal", "withdrawn"),
        statuses=statuses,
        notices=keys("osr", "notice", "no_account"),
        records=tuple(sorted(delivered_records(root).items())),
    )


def repeated_effects(root: Path) -> list[tuple[str, ...]]:
    """Effects that happened more than once: by their key, and by what they mean to a resident or a receiving system."""
    meanings: Counter[tuple[str, ...]] = Counter()
    for entry in read_journal(root / "sandbox" / "journals" / "effects.jsonl"):
        meanings[(entry["system"], entry["effect"], entry["key"])] += 1
        if entry["effect"] == "status":
            meanings[("status", entry["receipt"], entry["status"])] += 1
        if entry["effect"] == "taken":
            meanings[("taken", entry["destination"], entry["name"])] += 1
    return sorted(meaning for meaning, times in meanings.items() if times > 1)


def delivered_files(root: Path) -> list[Path]:
    """Everything that lies under the delivered names, unfinished files included."""
    return sorted(path for path in (root / "delivered").rglob("*") if path.is_file())


def unreceipted(root: Path) -> list[str]:
    """Delivered files without a receipt that says OK."""
    return [path.name for path in delivered_files(root) if not _is_accepted(root, path)]


def _is_accepted(root: Path, path: Path) -> bool:
    receipt = root / "sandbox" / "receivers" / path.parent.name / "out" / "receipts" / f"{path.name}.receipt.csv"
    if not receipt.is_file():
        return False
    rows = list(csv.DictReader(io.StringIO(receipt.read_text(encoding="utf-8"), newline="")))
    return [row["result"] for row in rows] == ["OK"]


def unfinished_files(root: Path) -> list[str]:
    """Drafts that a killed run left where people or receiving systems look."""
    places = [root / name for name in ("delivered", "cases", "reports")]
    return sorted(str(path.relative_to(root)) for place in places for path in place.rglob(".*"))


def papers(root: Path) -> frozenset[str]:
    """Names of all case files, batch prints and pages.

    But for Data Docs: a page for each run of a suite, and a check that was killed runs its suites again.
    """
    files = [path.relative_to(root) for name in ("cases", "reports") for path in (root / name).rglob("*") if path.is_file()]
    return frozenset(str(path) for path in files if "data-docs" not in path.parts)


def delivered_records(root: Path) -> Counter[tuple[str, str, str]]:
    """(destination, kind of record, 受付番号) → rows."""
    found: Counter[tuple[str, str, str]] = Counter()
    for path in delivered_files(root):
        found.update((path.parent.name, kind, receipt) for kind, receipt in _rows(path))
    return found


def _rows(path: Path) -> list[tuple[str, str]]:
    """(kind of record, 受付番号) of each record of a file."""
    if path.suffix == ".csv":
        return _csv_rows(path) if path.read_bytes().startswith(b"uketsukebango,") else _bare_rows(path)
    if path.suffix == ".xml":
        return re.findall(r"<(\w+)><uketsukebango>(\d{8}-\d{8})<", path.read_text(encoding="utf-8"))
    return _sheet_rows(path) if path.suffix == ".xlsx" else _fixed_rows(path)


def _csv_rows(path: Path) -> list[tuple[str, str]]:
    kind = re.sub(r"_\d{6}_\d{8}_\d{3}\.csv$", "", path.name)
    rows = csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""))
    return [(kind, row["uketsukebango"]) for row in rows]


def _bare_rows(path: Path) -> list[tuple[str, str]]:
    rows = csv.reader(io.StringIO(path.read_bytes().decode("cp932"), newline=""))
    return [(kind, next(filter(RECEIPT.fullmatch, cells))) for kind, *cells in rows]


def _sheet_rows(path: Path) -> list[tuple[str, str]]:
    with zipfile.ZipFile(path) as book:
        titles = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        sheets = {title: book.read(f"xl/worksheets/sheet{number}.xml").decode() for number, title in enumerate(titles, start=1)}
    first = r'<row r="\d+"[^>]*><c r="A\d+"[^>]*><is><t[^>]*>(\d{8}-\d{8})<'
    return [(title, receipt) for title, text in sheets.items() for receipt in re.findall(first, text)]


def _fixed_rows(path: Path) -> list[tuple[str, str]]:
    lines = path.read_bytes().decode("cp932").split("\r\n")
    kind = path.name.split("_", maxsplit=1)[0]
    return [(f"{kind}.{line[:3]}", found[0]) for line in lines if line.startswith("2") and (found := RECEIPT.search(line))]
