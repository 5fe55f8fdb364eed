"""Synthetic applications as source columns (合成データ): drawn from a seed, chunk by chunk, with the awkward values that real ones have."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from mappings.records import Column
from mappings.yaml_door import load_yaml
from vocabulary.widths import to_half_kana

SEED = 20261124
LEFT_OVER = "請求者/追加の質問"
REFUSED = (("請求者/郵便番号", "90"), ("申請日", "令和8年13月1日"), ("請求者/氏名", "𠮷田　葵"), ("請求者/方書", "字" * 26))
"""What spoils one application in a hundred: two values that the mapping refuses, two that the receiving format cannot carry."""

_POOLS = Path(__file__).parent / "pools.yaml"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive applications. columns: by source path. header, atena: as the engine takes them. good: the rows that nothing refuses."""

    applications: list[int]
    columns: dict[str, Column]
    header: dict[str, Column]
    atena: list[dict[tuple[str, int], str]]
    good: list[int]


class _Draw:
    """What is drawn for one chunk."""

    def __init__(self, first: int, count: int) -> None:
        self._random = np.random.default_rng([SEED, first])
        self.count = count

    def numbers(self, low: int, high: int) -> list[int]:
        """One number for each row, ``high`` excluded."""
        found: list[int] = self._random.integers(low, high, self.count).tolist()
        return found

    def of(self, pool: Sequence[str]) -> Column:
        """One of the pool for each row."""
        return [pool[number] for number in self.numbers(0, len(pool))]

    def some(self, share: float, values: Sequence[str | None]) -> Column:
        """The values in that share of the rows, nothing in the others."""
        chosen: list[bool] = (self._random.random(self.count) < share).tolist()
        return [value if yes else None for value, yes in zip(values, chosen, strict=True)]

    def people(self) -> tuple[Column, Column]:
        """Names and their kana, one in eight of these in half width."""
        names, kana = _names()
        picked = self.numbers(0, len(names))
        letters = self.of(_pool("letters"))
        # A letter more keeps the names from repeating oftener than those of a town do.
        return [f"{names[pick]}{letter}" for pick, letter in zip(picked, letters, strict=True)], [kana[pick] for pick in picked]

    def births(self) -> Column:
        """Days of birth, ISO or 和暦."""
        rows = zip(self.numbers(1960, 2008), self.numbers(1, 13), self.numbers(1, 29), self.numbers(0, 5), strict=True)
        return [f"{year}-{month:02d}-{day:02d}" if way < 3 else _written(year, month, day) for year, month, day, way in rows]

    def phones(self) -> Column:
        """Numbers with and without hyphens."""
        rows = zip(self.numbers(0, 3), self.numbers(100, 1000), self.numbers(0, 10000), strict=True)
        return [(f"098-{a}-{b:04d}", f"090-1{a}-{b:04d}", f"0901{a}{b:04d}")[way] for way, a, b in rows]

    def homes(self) -> Column:
        """Addresses; some with a wave dash or a minus, which a host has under another name only."""
        rows = zip(self.of(_pool("towns")), self.numbers(0, 100), self.numbers(1, 6), self.numbers(1, 40), self.numbers(1, 30), strict=True)
        return [f"沖縄県那覇市{town}{_block(way, a, b, c)}" for town, way, a, b, c in rows]

    def numbered(self, pool: str, high: int, end: str = "") -> Column:
        """One of the pool with a number behind it."""
        return [f"{one}{number}{end}" for one, number in zip(self.of(_pool(pool)), self.numbers(1, high), strict=True)]


def draw_chunk(first: int, count: int) -> Chunk:
    """The applications ``first`` to ``first + count - 1``; the same for the same numbers."""
    draw = _Draw(first, count)
    columns = _claimant(draw) | _applicant(draw) | _spouse(draw) | _claim(draw) | _account(draw)
    columns[LEFT_OVER] = draw.some(0.001, ["はい"] * count)
    good = _spoil(draw, columns)
    numbers = list(range(first, first + count))
    header: dict[str, Column] = {
        "uketsukebango": [f"20261124-{number:08d}" for number in numbers],
        "shujubango": [f"2026-{number}" for number in numbers],
        "shujunengappi": ["2026-11-24"] * count,
        "shinseinengappi": ["2026-11-24"] * count,
        "todatsunengappi": ["2026-11-23"] * count,
        "shikuchosonkodo": ["472018"] * count,
    }
    spouses = zip(numbers, columns["配偶者/氏名"], strict=True)
    atena = [{("claimant", 1): f"{n:015d}"} | ({("spouse", 1): f"{n + 10**9:015d}"} if name else {}) for n, name in spouses]
    return Chunk(numbers, {path: _fresh(column) for path, column in columns.items()}, header, atena, good)


def _claimant(draw: _Draw) -> dict[str, Column]:
    name, kana = draw.people()
    postal = zip(draw.numbers(0, 4), draw.numbers(0, 2), draw.numbers(0, 300), strict=True)
    return {
        "請求者/氏名": name,
        "請求者/氏名カナ": kana,
        "請求者/生年月日": draw.births(),
        "請求者/生年月日/@不詳": [None] * draw.count,
        "請求者/性別": draw.of("01122"),
        "請求者/郵便番号": [f"90{a}{'-' if way else ''}{b:04d}" for way, a, b in postal],
        "請求者/住所": draw.homes(),
        "請求者/方書": draw.some(0.4, draw.numbered("houses", 1200, "号")),
        "請求者/電話番号": draw.phones(),
        "請求者/メール": draw.some(0.7, [f"u{number}@example.jp" for number in draw.numbers(1, 10**7)]),
        "請求者/国籍": draw.some(0.05, draw.of(["392", "840", "156"])),
        "請求者/一月一日の住所区分": draw.of("12"),
        "請求者/一月一日の団体名": draw.some(0.1, draw.of(_pool("former"))),
        "請求者/職業区分": draw.of("1234"),
        "請求者/加入年金区分": draw.of("1234"),
        "請求者/勤務先名": draw.some(0.7, draw.numbered("firms", 200)),
        "請求者/勤務先電話番号": draw.some(0.7, draw.phones()),
    }


def _applicant(draw: _Draw) -> dict[str, Column]:
    name, kana = draw.people()
    return {
        "申請者/氏名": name,
        "申請者/氏名カナ": kana,
        "申請者/生年月日": draw.births(),
        "申請者/電話番号": draw.phones(),
        "申請者/続柄": draw.some(0.3, draw.of("妻夫母")),
    }


def _spouse(draw: _Draw) -> dict[str, Column]:
    name, kana = draw.people()
    there = draw.some(0.75, name)
    of_spouse = {"氏名カナ": kana, "生年月日": draw.births(), "性別": draw.of("12"), "職業区分": draw.of("1234"), "同居別居": draw.of("12")}
    told = {f"配偶者/{key}": [one if who else None for one, who in zip(of_spouse[key], there, strict=True)] for key in of_spouse}
    told["配偶者の有無"] = ["1" if who else "2" for who in there]
    return {"配偶者/氏名": there, **told, "配偶者/住所": draw.some(0.1, draw.homes())}


def _claim(draw: _Draw) -> dict[str, Column]:
    days = [f"2026-{month:02d}-{day:02d}" for month in range(5, 12) for day in range(1, 29)]
    return {
        "申請日": draw.of(days),
        "請求事由": draw.of(["01", "01", "02", "03", "07", "99"]),
        "事由発生日": draw.some(0.9, draw.of(days)),
        "転出予定日": draw.some(0.2, draw.of(days)),
        "受給資格の種類": draw.of("11112345"),
        "児童数": [str(number) for number in draw.numbers(1, 6)],
        "世帯員数": [str(number) for number in draw.numbers(2, 11)],
        "年間所得額": [str(number) for number in draw.numbers(0, 20_000_000)],
        "控除額": draw.some(0.8, [f"{number:07d}" for number in draw.numbers(0, 3_000_000)]),
        "支給開始希望年月": draw.some(0.5, draw.of([day[:7] for day in days])),
        "被保険者証記号番号": draw.some(0.9, [f"{number % 9999}-{number}" for number in draw.numbers(1, 9_999_999)]),
        "事前確認の有無": draw.of("12"),
        "公簿確認の同意": draw.of("1112"),
        "備考": draw.some(0.15, draw.of(_pool("remarks"))),
    }


def _account(draw: _Draw) -> dict[str, Column]:
    banks = [one.split(":") for one in draw.of(_pool("banks")) if one]
    branches = draw.numbers(1, 400)
    towns = _pool("towns")
    return {
        "振込口座/口座指定区分": draw.of("112"),
        "振込口座/金融機関コード": [code for code, _ in banks],
        "振込口座/金融機関名": [name for _, name in banks],
        "振込口座/支店コード": [str(branch) for branch in branches],
        "振込口座/支店名": [f"{towns[branch % len(towns)]}{branch % 7}支店" for branch in branches],
        "振込口座/預金種別": draw.of("1124"),
        "振込口座/口座番号": [str(number) for number in draw.numbers(1, 10**7)],
        "振込口座/口座名義カナ": draw.people()[1],
    }


def _spoil(draw: _Draw, columns: dict[str, Column]) -> list[int]:
    """Spoil one application in a hundred; the rows of the others."""
    good: list[int] = []
    for row, number in enumerate(draw.numbers(0, 100 * len(REFUSED))):
        if number < len(REFUSED):
            path, value = REFUSED[number]
            columns[path][row] = value
        else:
            good.append(row)
    return good


@cache
def _pool(name: str) -> list[str]:
    pool: list[str] = load_yaml(_POOLS)[name]
    return pool


@cache
def _names() -> tuple[list[str], list[str]]:
    """Every surname with every given name, most with a full-width space between, and their kana."""
    pairs = [(one.split(":"), two.split(":"), gap) for one in _pool("surnames") for two in _pool("given") for gap in "　　　 "]
    kana = [f"{one[1]}{gap}{two[1]}" for one, two, gap in pairs]
    return [f"{one[0]}{gap}{two[0]}" for one, two, gap in pairs], [to_half_kana(one) if not n % 8 else one for n, one in enumerate(kana)]


def _written(year: int, month: int, day: int) -> str:
    """和暦; a western year where two eras meet."""
    if year in {1988, 1989}:
        return f"{year}年{month}月{day}日"
    return f"昭和{year - 1925}年{month}月{day}日" if year < 1988 else f"平成{year - 1988}年{month}月{day}日"


def _block(way: int, a: int, b: int, c: int) -> str:
    if way < 2:
        return f"{a}丁目{b}〜{c}" if way else f"{a}−{b}−{c}"
    return f"{a}-{b}-{c}" if way < 60 else f"{a}丁目{b}番{c}号"


def _fresh(column: Column) -> Column:
    """Each text as an object of its own, as those of parsed documents are."""
    return [text or None for text in "\0".join(text or "" for text in column).split("\0")]
