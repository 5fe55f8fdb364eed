"""Sheets as PDF (帳票出力): a template and plain data in, one PDF out, the same bytes for the same data."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from pipeline.errors import HubError
from pipeline.printing.glyphs import font_file, refuse_missing

if TYPE_CHECKING:
    from typst import Compiler

TEMPLATES: Final = Path(__file__).parent / "templates"


class SheetError(HubError):
    """A template can't be drawn with this data. Names the template and its fault, never a value."""


@cache
def _compiler() -> "Compiler":
    """One engine a process: it keeps the font and templates, a page then costs milliseconds."""
    from typst import Compiler

    return Compiler(root=str(TEMPLATES), font_paths=[str(font_file().parent)], ignore_system_fonts=True)


def render(template: str, data: Mapping[str, object]) -> bytes:
    """Draw ``templates/<template>.typ`` with data of texts, numbers, booleans, lists and mappings.

    Raises GlyphMissing (hold the page for print) when the font lacks a character, SheetError when the template can't be drawn, as when
    what it must show does not fit on its page.
    """
    from typst import TypstError

    refuse_missing(data)
    source = TEMPLATES / f"{template}.typ"
    if not source.is_file():
        raise SheetError(f"no template {template}")
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        return cast("bytes", _compiler().compile(input=str(source), format="pdf", sys_inputs=inputs))
    except TypstError:
        # The engine's text may quote the data, so it is not carried on.
        raise SheetError(f"template {template} could not be drawn") from None
