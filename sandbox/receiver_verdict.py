"""What a receiving system says about one file that arrived."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """result: OK or NG; reason: a code, empty when OK; records: how many it read; receipts: the 受付番号 in order of first sight."""

    result: str
    reason: str
    records: int
    receipts: tuple[str, ...]


def rejected(reason: str) -> Verdict:
    """The verdict on a file that was not taken over."""
    return Verdict("NG", reason, 0, ())
