"""Draws the auditors' site (監査用の検査報告): a page for the weeks, for each procedure and for each day; each folder stands alone."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline.pages import words
from pipeline.pages.audit import DayPage, Site
from pipeline.pages.audit_picture import weeks_picture
from pipeline.pages.lettering import font_for

if TYPE_CHECKING:
    from jinja2 import Environment

HERE: Final = Path(__file__).parent
STYLES: Final = ("tokens.css", "hub.css", "audit.css")


def render_site(site: Site) -> dict[str, bytes]:
    """File name → content of the pages that are drawn anew every evening: the weeks and the procedures."""
    pages = {"index.html": _render("audit_index.html", site, picture=weeks_picture(site.days))}
    for page in site.procedures:
        pages[f"procedure-{page.id}.html"] = _render("audit_procedure.html", site, page=page)
    return _with_styles(pages)


def render_audit_day(site: Site, page: DayPage) -> dict[str, bytes]:
    """File name → content of a day's own folder, which later evenings leave alone."""
    pages = {"index.html": _render("audit_day.html", site, page=page), "runs.html": _render("audit_runs.html", site, page=page)}
    return _with_styles(pages)


def render_list(template: str, municipality: str, made_at: object, **values: object) -> dict[str, bytes]:
    """File name → content of a list for auditors that stands alone, such as the working paper's page."""
    page = _environment().get_template(template).render(municipality=municipality, made_at=made_at, **values)
    return _with_styles({"index.html": page})


def _with_styles(pages: dict[str, str]) -> dict[str, bytes]:
    files = {name: page.encode() for name, page in pages.items()}
    files |= {f"static/{name}": (HERE / "static" / name).read_bytes() for name in STYLES}
    return {**files, "static/hub.woff": font_for("".join(pages.values()))}


def _render(template: str, site: Site, **values: object) -> str:
    return _environment().get_template(template).render(site=site, municipality=site.municipality, made_at=site.made_at, **values)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"day": words.day_text, "time": words.time_text, "figure": words.figure, "percent": percent, "points": points}
    environment.globals |= {"explain": words.explain, "checks": words.CHECKS, "severities": words.SEVERITIES, "statuses": words.STATUSES}
    return environment


def percent(value: Any) -> str:  # noqa: ANN401  a template hands over whatever it has
    """12.3% or ―."""
    return "―" if value is None else f"{value:.1f}%"


def points(value: float) -> str:
    """＋1.2 or －0.4; nothing that rounds to nothing gets a sign."""
    return "0.0" if abs(value) < 0.05 else f"{value:+.1f}".replace("+", "＋").replace("-", "－")
