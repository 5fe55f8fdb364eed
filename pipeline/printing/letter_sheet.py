"""A letter as PDF (郵送文書): one A4 page, address in the window of its envelope, 和暦, no glyph that the font lacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pipeline.printing.sheets import render
from vocabulary.dates import to_wareki


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter shows. window: ``left``, ``top``, ``width``, ``height`` in mm and ``fold``, the heights at which the page is folded."""

    postal_code: str = field(repr=False)
    address: tuple[str, ...] = field(repr=False)
    name: str = field(repr=False)
    day: date
    reference: str
    sender: tuple[str, ...]
    subject: str = field(repr=False)
    body: str = field(repr=False)
    window: Mapping[str, object]

    def pdf(self) -> bytes:
        """The page. Raises GlyphMissing, PageFull or SheetError as ``sheets.render``."""
        data = {
            "postal_code": postal_mark(self.postal_code),
            "address": [line for line in self.address if line],
            "name": f"{self.name}　様",
            "day": to_wareki(self.day),
            "reference": self.reference,
            "sender": list(self.sender),
            "subject": self.subject,
            "body": self.body.strip().split("\n"),
            "window": {key: [float(one) for one in value] if isinstance(value, list) else str(value) for key, value in self.window.items()},
        }
        return render("letter", data)


def postal_mark(code: str) -> str:
    """〒901-0154 of seven digits, with or without their hyphen; empty where none is known."""
    digits = code.replace("-", "")
    return f"〒{digits[:3]}-{digits[3:]}" if len(digits) == 7 and digits.isdecimal() else ""
