"""Values beside a label (記載値): ticked options, days split over cells, hours and minutes, taken out of the run of cells one by one.

What nobody takes stays, so that nothing that an employer wrote is passed over in silence.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from mappings.document import Entry, Marks, Value
from vocabulary.dates import read_date
from vocabulary.widths import to_half_ascii

_ERA = "明治|大正|昭和|平成|令和|[MTSHR]"
_UNTIL = re.compile(r"[~〜]|から")
_GAP = r"[\s]*"
_DAY = re.compile(
    rf"(?:西暦{_GAP})?(?:[0-9]{{4}}|(?:{_ERA}){_GAP}(?:元|[0-9]{{1,2}}))"
    rf"(?:{_GAP}年{_GAP}[0-9]{{1,2}}{_GAP}月{_GAP}[0-9]{{1,2}}{_GAP}日|[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}})"
)
_MONTH = re.compile(rf"(?:西暦{_GAP})?([0-9]{{4}})(?:{_GAP}年{_GAP}([0-9]{{1,2}}){_GAP}月|[-/]([0-9]{{1,2}})(?![-/0-9]))")
_MINUTES = re.compile(rf"([0-9]{{1,3}}){_GAP}時間(?:{_GAP}([0-9]{{1,2}}){_GAP}分)?|([0-9]{{1,3}}):([0-9]{{2}})|([0-9]{{1,5}}){_GAP}分")
_CLOCK = re.compile(rf"([0-9]{{1,2}}){_GAP}時(?!間)(?:{_GAP}([0-9]{{1,2}}){_GAP}分)?|([0-9]{{1,2}}):([0-9]{{2}})(?::00)?")
_PHONE = re.compile(r"\(?0[0-9]{1,4}\)?[-‐−ー( ]?[0-9]{1,4}[-‐−ー) ]?[0-9]{3,4}")
_ALONE = re.compile(r"(?m)^([0-9]{1,9})$")
_PATTERNS = {"date": _DAY, "month": _MONTH, "minutes": _MINUTES, "clock": _CLOCK, "phone": _PHONE}
_OPENING, _CLOSING = " \u3000\t(（「:：", " \u3000\t)）」:："
_IDLE = re.compile(r"[\s()（）「」\[\]:：~〜,、/※・]")


@dataclass(slots=True)
class Text:
    """The texts of a run as one, and which characters are taken. plain: the same with ASCII in half width, character for character."""

    raw: str
    plain: str
    taken: list[bool] = field(default_factory=list)

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Text":
        """A run whose cells are parted by line ends."""
        raw = "\n".join(texts)
        return cls(raw, to_half_ascii(raw), [False] * len(raw))

    def find(self, pattern: re.Pattern[str], span: tuple[int, int]) -> Iterator[re.Match[str]]:
        """Matches within the span of which nothing is taken yet."""
        yield from (found for found in pattern.finditer(self.plain, *span) if not any(self.taken[found.start() : found.end()]))

    def take(self, start: int, end: int) -> None:
        """Mark characters as taken."""
        self.taken[start:end] = [True] * (end - start)

    def left(self, span: tuple[int, int]) -> str:
        """What nobody has taken, taken characters as line ends."""
        return "".join("\n" if self.taken[place] else self.raw[place] for place in range(*span))


@dataclass(frozen=True, slots=True)
class Options:
    """The options that an entry's choices know: name → (item, code), names without spaces in half width."""

    names: Mapping[str, tuple[str, str]]

    def begin(self, text: str) -> str:
        """The longest name that the text begins with, "" for none."""
        return max((name for name in self.names if text.startswith(name)), key=len, default="")


@dataclass(slots=True)
class Taken:
    """What an entry's run gave: values by item as they stand (codes, ISO days, minutes), and items that could not be read."""

    values: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def take_values(entry: Entry, texts: Sequence[str], *, options: Options, marks: Marks, words: Sequence[str]) -> Taken:
    """The values of an entry. ``unread`` also names the entry's first item when something was left that nobody understands."""
    text, taken = Text.of(texts), Taken()
    _take_ticks(text, taken, options, marks)
    spans = list(_spans(entry, text))
    for value, span in zip(entry.values, spans, strict=True):
        if value.kind == "choice":
            _take_named(text, taken, value, options)
        elif value.kind != "text":
            _take_pattern(text, taken, value, span)
    for value, span in zip(entry.values, spans, strict=True):
        if value.kind == "text":
            _take_text(text, taken, value, span, words if len(entry.values) > 1 else ())
    if _idle(text.left((0, len(text.raw))), words):
        taken.unread.append(entry.values[0].item)
    return taken


def read_columns(values: Sequence[Value], texts: Sequence[str], words: Sequence[str]) -> tuple[dict[str, list[str]], bool]:
    """Every value of repeating items in the run, in order, and whether the whole run was understood."""
    text, columns = Text.of(texts), {value.item: list[str]() for value in values}
    whole, unread = (0, len(text.raw)), False
    for value in values:
        pattern = _pattern(value, text, whole)
        for found in list(text.find(pattern, whole)):
            text.take(*found.span())
            read = _converted(value, found)
            unread |= read is None
            columns[value.item].append(read or "")
    return columns, not unread and not _idle(text.left(whole), words)


def _take_ticks(text: Text, taken: Taken, options: Options, marks: Marks) -> None:
    """Options behind a mark: the ticked ones are values, the others are only passed."""
    if not options.names:
        return
    either = re.compile(f"([{re.escape(marks.chosen + marks.blank)}]){_GAP}([^\n{re.escape(marks.chosen + marks.blank)}]*)")
    for found in either.finditer(text.plain):
        name = options.begin(found[2].replace(" ", ""))
        ticked = found[1] in marks.chosen
        if not name and not ticked:
            text.take(found.start(), found.end())
            continue
        end = found.end() if not name else found.start(2) + _written(found[2], len(name))
        text.take(found.start(), end)
        if ticked and not name:
            taken.unread.extend(sorted({item for item, _ in options.names.values()}))
        elif ticked:
            _put(taken, *options.names[name])


def _written(text: str, length: int) -> int:
    """How far ``length`` characters that are no spaces reach into the text."""
    places = [place for place, sign in enumerate(text) if sign != " "]
    return places[length - 1] + 1


def _put(taken: Taken, item: str, value: str) -> None:
    if taken.values.setdefault(item, value) != value:
        taken.unread.append(item)


def _spans(entry: Entry, text: Text) -> Iterator[tuple[int, int]]:
    """Where each value may stand: behind its word and before the next one, on its side of the ～."""
    anchors: dict[str, tuple[int, int]] = {}
    for word in sorted({word for value in entry.values for word in value.after}, key=len, reverse=True):
        for found in text.find(re.compile(re.escape(to_half_ascii(word))), (0, len(text.plain))):
            if not any(start <= found.start() < end for start, end in anchors.values()):
                anchors.setdefault(word, found.span())
    for value in entry.values:
        begins = [anchors[word] for word in value.after if word in anchors]
        if value.after and not begins:
            yield (0, 0)
            continue
        begin = begins[0][1] if begins else 0
        starts = [start for start, _ in anchors.values() if start >= begin]
        end = min(starts, default=len(text.plain)) if value.after or value.kind != "text" else len(text.plain)
        yield _side(value, text, (begin, end))
    for start, end in anchors.values():
        text.take(start, end)


def _side(value: Value, text: Text, span: tuple[int, int]) -> tuple[int, int]:
    if not value.side:
        return span
    parting = _UNTIL.search(text.plain, *span)
    if parting is None:
        return span if value.side == "from" else (span[1], span[1])
    return (span[0], parting.start()) if value.side == "from" else (parting.end(), span[1])


def _take_named(text: Text, taken: Taken, value: Value, options: Options) -> None:
    """An option that fills a cell by itself, as a list to pick from leaves it."""
    if value.item in taken.values:
        return
    for found in text.find(re.compile(r"[^\n]+"), (0, len(text.plain))):
        item, code = options.names.get(re.sub(r"\s", "", found[0]), ("", ""))
        if item == value.item:
            text.take(*found.span())
            _put(taken, item, code)


def _take_pattern(text: Text, taken: Taken, value: Value, span: tuple[int, int]) -> None:
    found = next(text.find(_pattern(value, text, span), span), None)
    if found is None:
        return
    text.take(*found.span())
    read = _converted(value, found)
    if read is None:
        taken.unread.append(value.item)
    else:
        taken.values[value.item] = read


def _pattern(value: Value, text: Text, span: tuple[int, int]) -> re.Pattern[str]:
    """How the value is written; a number may stand alone in its cell when its unit stands nowhere."""
    if value.kind != "number":
        return _PATTERNS[value.kind]
    with_unit = re.compile(rf"([0-9]{{1,9}}){_GAP}{re.escape(value.unit)}")
    return with_unit if next(text.find(with_unit, span), None) else _ALONE


def _converted(value: Value, found: re.Match[str]) -> str | None:
    numbers = [int(group) for group in found.groups() if group] if value.kind not in {"date", "phone"} else []
    match value.kind:
        case "date":
            day = read_date(re.sub(r"\s|西暦", "", found[0]))
            return day.iso if day and day.exact else None
        case "month":
            return f"{numbers[0]:04d}-{numbers[1]:02d}" if 1 <= numbers[1] <= 12 else None
        case "minutes":
            hours = 0 if found[5] else numbers[0]
            rest = numbers[0] if found[5] else (numbers[1] if len(numbers) > 1 else 0)
            return str(hours * 60 + rest) if rest < 60 or found[5] else None
        case "clock":
            minute = numbers[1] if len(numbers) > 1 else 0
            return f"{numbers[0]:02d}:{minute:02d}" if numbers[0] < 24 and minute < 60 else None
        case "phone":
            return re.sub(r"[^0-9]", "", found[0])
    return str(numbers[0])


def _take_text(text: Text, taken: Taken, value: Value, span: tuple[int, int], words: Sequence[str]) -> None:
    """What is left of the span, cell by cell; beside other values without the words that say nothing."""
    pieces = [piece.strip() for piece in text.left(span).split("\n")]
    text.take(*span)
    kept = [piece.lstrip(_OPENING).rstrip(_CLOSING) if words else piece for piece in pieces if _idle(piece, words)]
    for word in words:
        kept = [re.sub(rf"^{re.escape(word)}[\s:：]*", "", piece) for piece in kept]
    if any(kept):
        taken.values[value.item] = "\u3000".join(piece for piece in kept if piece)


def _idle(text: str, words: Sequence[str]) -> str:
    """The text without words and signs that say nothing; "" when nothing is left."""
    return _IDLE.sub("", to_half_ascii(_any_of(tuple(words)).sub("", text) if words else text))


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern of the words, the longest first."""
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
