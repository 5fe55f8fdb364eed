"""The page of a procedure (手続の説明): its specs as an official reads them, drawn from values that the specs gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.pages.lettering import font_for

if TYPE_CHECKING:
    from jinja2 import Environment

HERE: Final = Path(__file__).parent
STYLES: Final = ("tokens.css", "hub.css", "mapping.css")


@dataclass(frozen=True, slots=True)
class Cell:
    """An item in one format: where it lies, and the bytes of the example's value as hexadecimal pairs or why there are none."""

    place: str
    hexadecimal: str


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One item of a record. source: the form's field in words. steps: what is done to it. cells: one for each format of the group."""

    source: str
    title: str
    name: str
    kind: str
    required: str
    steps: tuple[str, ...]
    code: str
    example: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class RecordTable:
    """One kind of record. at: the element that makes one, in words. formats: (id, title) of those that lay it out."""

    group: str
    at: str
    formats: tuple[tuple[str, str], ...]
    rows: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True)
class VersionPart:
    """What one form version becomes. ignored: (field, reason). valid: its days in words."""

    form: str
    valid: str
    records: tuple[RecordTable, ...]
    ignored: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A plain table: headings and rows of texts."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """One station of the drawn flow. lines: up to three short texts below its title."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MappingPage:
    """Everything that the page of a procedure shows. facts: (heading, text). tables: (heading, table) in their order."""

    id: str
    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    flow: tuple[Stop, ...]
    versions: tuple[VersionPart, ...]
    tables: tuple[tuple[str, Table], ...]
    notices: tuple[tuple[str, str, str], ...]


def render_mapping_pages(pages: Sequence[MappingPage]) -> dict[str, bytes]:
    """File name → content: a page for each procedure, the list of them, styles and font."""
    files = {f"{page.id}.html": _render("mapping.html", page=page) for page in pages}
    files["index.html"] = _render("mapping_index.html", pages=pages)
    files["static/hub.woff"] = font_for("".join(page.decode() for page in files.values()))
    return files | {f"static/{name}": (HERE / "static" / name).read_bytes() for name in STYLES}


def _render(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(**values).encode()


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
