"""What a receiving system says about one file that arrived."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """result: OK or NG; reason: a code, empty when OK; records: how many it read.

    named: each 受付番号 with each kind of record (group) that carried it, in order of first sight.
    """

    result: str
    reason: str
    records: int
    named: tuple[tuple[str, str], ...]

    @property
    def receipts(self) -> tuple[str, ...]:
        """The 受付番号 in order of first sight."""
        return tuple(dict.fromkeys(receipt for receipt, _ in self.named))


def taken(named: list[tuple[str, str]]) -> Verdict:
    """The verdict on records, each with its 受付番号 and group; a file without records or a record without its number is not taken."""
    if not named:
        return rejected("EMPTY")
    if not all(receipt for receipt, _ in named):
        return rejected("NO_RECEIPT_NUMBER")
    return Verdict("OK", "", len(named), tuple(dict.fromkeys(named)))


def rejected(reason: str) -> Verdict:
    """The verdict on a file that was not taken over."""
    return Verdict("NG", reason, 0, ())
