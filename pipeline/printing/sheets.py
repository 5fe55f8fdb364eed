"""Sheets as PDF (帳票出力): a template and plain data in, one PDF out, the same bytes for the same data."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from threading import local
from typing import TYPE_CHECKING, Final, cast

from pipeline.errors import HubError
from pipeline.printing.glyphs import font_file, refuse_missing

if TYPE_CHECKING:
    from typst import Compiler

TEMPLATES: Final = Path(__file__).parent / "templates"
PAGE_COUNT: Final = re.compile(rb"/Count (\d+)")
"""In the page tree, which the engine writes in the open; a sheet has no outline, so nothing else is counted."""


class SheetError(HubError):
    """A template can't be drawn with this data. Names the template and its fault, never a value."""


class PageFull(SheetError):  # noqa: N818  it names an outcome of the data, not a defect of the program
    """What a sheet has to show takes more than its one page."""


_desk = local()


def _compiler() -> "Compiler":
    """One engine a thread, which keeps font and templates; the pieces that sheets have in common are kept for the whole process.

    An engine refuses a second sheet while it draws one.
    """
    from typst import Compiler

    if not hasattr(_desk, "compiler"):
        _desk.compiler = Compiler(root=str(TEMPLATES), font_paths=[str(font_file().parent)], ignore_system_fonts=True)
    return cast("Compiler", _desk.compiler)


def render(template: str, data: Mapping[str, object]) -> bytes:
    """Draw ``templates/<template>.typ`` on one page with data of texts, numbers, booleans, lists and mappings.

    Raises GlyphMissing (hold the page for print) when the font lacks a character, PageFull when the page is too small, SheetError when
    the template can't be drawn.
    """
    from typst import TypstError

    refuse_missing(data)
    if not (TEMPLATES / f"{template}.typ").is_file():
        raise SheetError(f"no template {template}")
    try:
        pdf = cast("bytes", _compiler().compile(input=_program(template, data), format="pdf"))
    except TypstError:
        # The engine's text may quote the data, so it is not carried on.
        raise SheetError(f"template {template} could not be drawn") from None
    if _pages(pdf) != 1:
        raise PageFull(f"template {template} needs more than its page")
    return pdf


def _program(template: str, data: Mapping[str, object]) -> bytes:
    """The data as a text literal; given as an input of the engine it would make everything drawn before useless."""
    literal = json.dumps(data, ensure_ascii=False).replace("\\", "\\\\").replace('"', '\\"')
    return f'#import "/{template}.typ": sheet\n#sheet(json(bytes("{literal}")))\n'.encode()


def _pages(pdf: bytes) -> int:
    found = PAGE_COUNT.search(pdf)
    return int(found[1]) if found else 0
