"""Cells that clerks and auditors open in a spreadsheet (表計算): text that it shows, and never calculates (CSVインジェクション)."""

_CALCULATED = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a formula begins with. Japanese input makes full-width signs, which spreadsheets read alike."""


def as_text(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula; a single sign is none."""
    return f"'{cell}" if len(cell) > 1 and cell.startswith(_CALCULATED) else cell
