"""An attached document (就労証明書) read from plain cells: labels found by name, their values as items, and all that was not understood."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mappings.codelists import CodeList
from mappings.document import Document, Entry, Passed
from mappings.document_sheet import Area, Label, Place, SheetView, label_key
from mappings.document_values import Options, read_columns, take_values
from mappings.items import Group, Item
from vocabulary.widths import to_full, to_half_ascii

MOST_CELLS = 5_000
"""A filled-in form has some hundreds; more would only cost time."""
_MOST_PLACES = 8
_FORMS = {"9": r"[0-9]+", "TIME": r"[0-9]{2}:[0-9]{2}", "DATE": r"[0-9]{4}-[0-9]{2}-[0-9]{2}"}


@dataclass(frozen=True, slots=True)
class Remark:
    """What a clerk has to look at. code: of ``reasons.csv``. where: an item as ``group.item``, or a cell such as ``B12``."""

    code: str
    where: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document says: items of its record, of each repeating row, and remarks. usable: nothing that is required is absent."""

    values: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]
    remarks: tuple[Remark, ...]
    usable: bool


@dataclass(slots=True)
class _Sheet:
    """A sheet at work: its view, the items and valid codes by list, the parts that its headings make, cells understood, what was found."""

    view: SheetView
    items: Mapping[str, Group]
    codes: Mapping[str, Mapping[str, str]]
    parts: Mapping[str, Sequence[Area]]
    known: set[Place] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)


def read_document(
    document: Document, view: SheetView, *, items: Mapping[str, Group], codelists: Mapping[str, CodeList], day: str
) -> Reading:
    """Read one sheet with the code lists of the ISO day. view: made with ``names_of``; its cells are not more than MOST_CELLS."""
    codes = {item.code: codelists[item.code].valid_on(day) for item in items[document.group].values() if item.code}
    sheet = _Sheet(view, items, codes, _parts(document, view))
    _pass_over(document, sheet)
    for entry in document.entries:
        _read_entry(document, sheet, entry)
    rows = tuple(_read_rows(document, sheet))
    required = [value.item for entry in document.entries for value in entry.values if value.required]
    absent = [name for name in required if name not in sheet.values]
    unread = {remark.where for remark in sheet.remarks}
    missing = [where for name in absent if (where := f"{document.group}.{name}") not in unread]
    sheet.remarks += [Remark("DOCUMENT_ITEM_MISSING", where) for where in missing]
    sheet.remarks += [Remark("DOCUMENT_LEFTOVER", cell_name(place)) for place in _leftovers(document, sheet)]
    return Reading(sheet.values, rows, tuple(dict.fromkeys(sheet.remarks)), usable=not absent)


def names_of(document: Document) -> frozenset[str]:
    """The keys of every label and heading that the document may have."""
    labelled: list[Entry | Passed] = [*document.entries, *document.rows.entries, *document.ignore]
    texts = [label for entry in labelled for label in entry.labels]
    return frozenset(label_key(text) for text in [*texts, *(text for headings in document.sections.values() for text in headings)])


def cell_name(place: Place) -> str:
    """The name of a cell: (12, 2) is ``B12``."""
    row, column = place
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def _parts(document: Document, view: SheetView) -> dict[str, list[Area]]:
    """Where each section of the document lies on the sheet."""
    labelled: list[Entry | Passed] = [*document.entries, *document.ignore]
    parts: dict[str, list[Area]] = {name: [] for name in document.sections}
    for name, headings in document.sections.items():
        keys = {label_key(heading) for heading in headings}
        inside = [entry.labels for entry in labelled if entry.section == name]
        if name == document.rows.section:
            inside += [entry.labels for entry in document.rows.entries]
        own = frozenset(label_key(label) for labels in inside for label in labels)
        parts[name] = [view.region(label, own) for label in view.labels if label.name in keys][:_MOST_PLACES]
    return parts


def _places(sheet: _Sheet, labels: Sequence[str], section: str) -> list[Label]:
    """The labels of these names that stand in the section, or outside every section."""
    keys = {label_key(label) for label in labels}
    found = [label for label in sheet.view.labels if label.name in keys and section in _sections(sheet, label)]
    return found[:_MOST_PLACES]


def _sections(sheet: _Sheet, label: Label) -> list[str]:
    inside = [name for name, areas in sheet.parts.items() if any(_holds(area, label.area) for area in areas)]
    return inside or [""]


def _holds(outer: Area, inner: Area) -> bool:
    return outer.top <= inner.top and inner.bottom <= outer.bottom and outer.left <= inner.left and inner.right <= outer.right


def _pass_over(document: Document, sheet: _Sheet) -> None:
    """Cells that need no reader: headings, titles of the form, labels that are passed over with all that stands beside them."""
    titles = {label_key(text) for text in document.passed_over}
    sheet.known |= {place for place, text in sheet.view.cells.items() if label_key(text) in titles}
    sheet.known |= {(label.area.top, label.area.left) for label in sheet.view.labels}
    for passed in document.ignore:
        for label in _places(sheet, passed.labels, passed.section):
            sheet.known |= {place for place, _ in sheet.view.run(label)}


def _read_entry(document: Document, sheet: _Sheet, entry: Entry) -> None:
    """Take the values of one entry; when its label stands twice, the copies must agree."""
    group = sheet.items[document.group]
    options = _options(entry, group, sheet.codes)
    for label in _places(sheet, entry.labels, entry.section):
        run = sheet.view.run(label)
        sheet.known |= {place for place, _ in run}
        taken = take_values(entry, [text for _, text in run], options=options, marks=document.marks, words=document.words)
        unread = list(taken.unread)
        for name, value in taken.values.items():
            fitted = _fit(group[name], value)
            if fitted is None or sheet.values.setdefault(name, fitted) != fitted:
                unread.append(name)
        for name in unread:
            sheet.values.pop(name, None)
            sheet.remarks.append(Remark("DOCUMENT_VALUE", f"{document.group}.{name}"))


def _options(entry: Entry, group: Group, codes: Mapping[str, Mapping[str, str]]) -> Options:
    names: dict[str, tuple[str, str]] = {}
    for value in entry.values:
        if value.kind == "choice":
            for code, name in codes[group[value.item].code].items():
                for each in (name, *value.other_names.get(code, ())):
                    names[re.sub(r"\s", "", to_half_ascii(each))] = (value.item, code)
    return Options(names)


def _fit(item: Item, value: str) -> str | None:
    """The value as its item may hold it: Ｎ in full width and in one line, nothing too long. None when it cannot."""
    fitted = to_full("\u3000".join(value.splitlines())) if item.type == "Ｎ" else to_half_ascii(value)
    form = _FORMS.get(item.type)
    good = len(fitted) <= item.length and (form is None or re.fullmatch(form, fitted))
    return fitted if good else None


def _read_rows(document: Document, sheet: _Sheet) -> Iterator[dict[str, str]]:
    """The repeating rows: as many values of each item as there are rows, or none at all."""
    group = sheet.items[document.rows.group]
    columns, good = _columns(document, sheet)
    counts = {len(column) for column in columns.values() if column}
    most = max(counts, default=0)
    fitted = {name: [_fit(group[name], value) for value in column] for name, column in columns.items() if column}
    if not good or len(counts) > 1 or most > document.rows.most or any(None in column for column in fitted.values()):
        sheet.remarks.append(Remark("DOCUMENT_VALUE", f"{document.rows.group}.{document.rows.entries[0].values[0].item}"))
        return
    for row in range(most):
        yield {name: text for name, column in fitted.items() if (text := column[row]) is not None}


def _columns(document: Document, sheet: _Sheet) -> tuple[dict[str, list[str]], bool]:
    """Values of each item beside its own label, or by their units from the whole section when it has no labels; all understood?"""
    labelled = [(entry, _places(sheet, entry.labels, document.rows.section)) for entry in document.rows.entries]
    if not any(places for _, places in labelled):
        values = [value for entry in document.rows.entries for value in entry.values]
        return read_columns(values, _section_texts(document, sheet), document.words)
    columns: dict[str, list[str]] = {}
    good = True
    for entry, places in labelled:
        run = sheet.view.run(places[0]) if places else ()
        sheet.known |= {place for place, _ in run}
        found, understood = read_columns(entry.values, [text for _, text in run], document.words)
        columns |= found
        good = good and understood
    return columns, good


def _section_texts(document: Document, sheet: _Sheet) -> list[str]:
    headings = {(label.area.top, label.area.left) for label in sheet.view.labels}
    areas = sheet.parts[document.rows.section]
    inside = [place for place in sorted(sheet.view.cells) if any(_holds(area, sheet.view.area(place)) for area in areas)]
    sheet.known |= set(inside)
    return [sheet.view.cells[place] for place in inside if place not in headings]


def _leftovers(document: Document, sheet: _Sheet) -> Iterator[Place]:
    """Cells that nobody understood: not known, and more than words, blank marks and item numbers."""
    idle = re.compile("|".join(re.escape(word) for word in sorted(document.words, key=len, reverse=True)))
    for place, text in sorted(sheet.view.cells.items()):
        if place not in sheet.known:
            plain = re.sub(r"[\s()~〜:/,.、※・]|No", "", to_half_ascii(idle.sub("", text)))
            if not (plain == "" or re.fullmatch(r"[0-9①-⑳-]{1,2}", plain) or set(plain) <= set(document.marks.blank)):
                yield place
