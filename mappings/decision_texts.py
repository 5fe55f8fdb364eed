"""Model of ``decision_texts.yaml``: what every notice of a decision (決定のお知らせ) says of its 通知書, and how a 変更 or 取消 is told."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from mappings.specification import Assumption, Spec, nearest, read_spec

Letter = Literal["post", "counter", "none", "notice"]
LETTERS: tuple[Letter, ...] = ("post", "counter", "none", "notice")
LETTER_FACTS = frozenset({"document"})
FACTS = frozenset(
    {"municipality", "section", "procedure", "receipt", "received_on", "decided_on", "decision_number", "outcome", "letter", "reason"},
)


class ChangeText(Spec):
    """How a superseding decision is told."""

    subject: str = Field(min_length=1, max_length=50)
    body: str = Field(min_length=1, max_length=1000)

    @field_validator("subject", "body")
    @classmethod
    def _known_placeholders(cls, text: str) -> str:
        return checked(text, FACTS)

    def fill(self, facts: Mapping[str, str]) -> tuple[str, str]:
        """Subject and body with the facts in their places."""
        return self.subject.format_map(facts), self.body.format_map(facts)


class DecisionTexts(Spec):
    """The whole file. letters: way of the 通知書 → its sentence, where ``{document}`` is its number in brackets or nothing."""

    letters: dict[Letter, str]
    change: ChangeText
    revoke: ChangeText
    assumptions: tuple[Assumption, ...] = ()

    @model_validator(mode="after")
    def _say_every_way(self) -> "DecisionTexts":
        missing = [way for way in LETTERS if way not in self.letters]
        if missing:
            raise ValueError(f"letters lack {', '.join(missing)}")
        for sentence in self.letters.values():
            checked(sentence, LETTER_FACTS)
        return self

    def letter(self, way: str, document: str) -> str:
        """How the 通知書 comes, in a sentence."""
        return next(text for name, text in self.letters.items() if name == way).format(document=f"（{document}）" if document else "")


def checked(text: str, known: frozenset[str]) -> str:
    """The text, if it has no placeholder but these, and none with a form of its own."""
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None and (name not in known or form or conversion):
            raise PydanticCustomError("placeholder", "unknown placeholder {name}", {"name": name, "allowed": nearest(name, known)})
    return text


@cache
def decision_texts() -> DecisionTexts:
    """The texts of this installation. Raises SpecError."""
    return read_spec(Path(__file__).parent / "decision_texts.yaml", DecisionTexts)
