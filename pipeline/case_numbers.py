"""Case numbers (案件番号): every paper that arrives has its own 収受番号; the case keeps that of the filing it began with."""

from datetime import date
from typing import Any

from sqlalchemy import Row

from pipeline.filing_day import first_filing
from pipeline.hub import Hub
from vocabulary.dates import to_wareki


def filing_number(row: Row[Any]) -> str:
    """収受番号 in words: 令和8年度 第12号. It runs for each section and fiscal year."""
    year = to_wareki(date(row.filing_year, 4, 1)).split("年")[0]
    return f"{year}年度 第{row.filing_number}号"


def case_number(hub: Hub, row: Row[Any]) -> str:
    """The number under which the case is kept: that of the first filing, however many corrections (補正) came after it."""
    return filing_number(first_filing(hub, row))


def numbers_in_words(hub: Hub, row: Row[Any]) -> str:
    """収受番号, and beside it the 案件番号 where the application belongs to an earlier case."""
    own, case = filing_number(row), case_number(hub, row)
    return own if own == case else f"{own}（案件番号 {case}）"
