"""The page of compared items (項目の照合): what official papers say against each other and against our provisional items."""

from functools import cache
from typing import TYPE_CHECKING

from pipeline.item_papers import COLUMNS, Report, cells
from pipeline.pages.lettering import font_for
from pipeline.pages.mapping_page import HERE, STYLES

if TYPE_CHECKING:
    from jinja2 import Template


def render_item_report(report: Report) -> dict[str, bytes]:
    """File name → content: the page, its styles and its font."""
    sections = [(title, [cells(one) for one in differences]) for title, differences in report.sections()]
    page = _template().render(report=report, sections=sections, columns=COLUMNS)
    files = {"index.html": page.encode(), "static/hub.woff": font_for(page)}
    return files | {f"static/{name}": (HERE / "static" / name).read_bytes() for name in STYLES}


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(HERE / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).get_template(
        "items.html"
    )
