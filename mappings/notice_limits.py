"""Limits of notices (お知らせの文字数・使える文字), declared with their versions: a text too long is refused before a resident waits."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from mappings.specification import Assumption, Spec, read_spec
from vocabulary.masking import mask_numbers

DEFAULT = Path(__file__).parent / "notices" / "limits.yaml"
Place = Literal["subject", "body"]


class Forbidden(Spec):
    """What a text may not hold. pattern: a regular expression; title: what it is, for the one who wrote it."""

    id: str
    title: str
    pattern: str

    @field_validator("pattern")
    @classmethod
    def _is_pattern(cls, text: str) -> str:
        re.compile(text)
        return text


class LimitVersion(Spec):
    """Limits of the days from ``valid_from`` to ``valid_until``. subject, body: most characters; display_days: longest time of display."""

    version: str
    valid_from: date
    valid_until: date
    subject: int = Field(ge=1)
    body: int = Field(ge=1)
    display_days: int = Field(ge=1)

    def most(self, place: Place) -> int:
        """The most characters of a part, each counted as one 全角."""
        return self.subject if place == "subject" else self.body


class Limits(Spec):
    """The file ``limits.yaml``."""

    versions: tuple[LimitVersion, ...] = Field(min_length=1)
    forbidden: tuple[Forbidden, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(after.valid_from <= before.valid_until for before, after in pairwise(self.versions)):
            raise ValueError("versions: each begins after the one before it has ended")
        return self

    def on(self, day: date) -> LimitVersion:
        """The limits of a day; before the first and after the last version those of the nearest."""
        return next((one for one in self.versions if day <= one.valid_until), self.versions[-1])

    def wrong_characters(self, text: str, numbers: Sequence[str] = ()) -> str:
        """Title of what the text holds and may not; "" where nothing is wrong. numbers: as they stand in it, known to be nobody's."""
        others = text
        for number in numbers:
            others = others.replace(number, "□")
        if mask_numbers(others) != others:
            return "個人番号と読める12桁の数字"
        return next((one.title for one in self.forbidden if re.search(one.pattern, text)), "")


def read_limits(file: Path) -> Limits:
    """The limits of the file; the project's own where specifications bring none. Raises SpecError."""
    return read_spec(file if file.is_file() else DEFAULT, Limits)
