"""The page of a notice's preview (お知らせの見本): a card as the portal shows it, complete in one file."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.pages.lettering import font_for
from pipeline.pages.rendering import HERE, STYLES


@dataclass(frozen=True, slots=True)
class Preview:
    """One filled text. basis: law in words; channels: in their order; days: of display; examples: facts that are only examples."""

    kind: str
    title: str
    subject: str
    body: str = field(repr=False)
    sender: str
    basis: str
    channels: tuple[str, ...]
    days: int
    examples: bool

    @property
    def paragraphs(self) -> list[str]:
        """The lines of the body."""
        return self.body.rstrip("\n").split("\n")


def render_notice(found: Sequence[Preview], *, day: str) -> bytes:
    """The page with one card for each text. day: 表示開始日 in 和暦 words."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from pipeline.pages.list_page import FONT_FACE

    styles = "".join((HERE / "static" / name).read_text(encoding="utf-8") for name in (*STYLES, "notice.css"))
    folder = FileSystemLoader(HERE / "templates")
    environment = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.get_template("notice_preview.html").render(previews=found, day=day, style=FONT_FACE.sub("", styles))
    return page.replace("FONT", b64encode(font_for(page)).decode(), 1).encode()
