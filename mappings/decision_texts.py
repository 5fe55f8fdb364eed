"""Model of ``decision_texts.yaml``: how a 変更 or 取消 of a decision (決定) is told, whatever the procedure."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from mappings.specification import Assumption, Spec, nearest, read_spec

FACTS = frozenset(
    {
        "municipality",
        "section",
        "procedure",
        "receipt",
        "received_on",
        "decided_on",
        "decision_number",
        "document_number",
        "outcome",
        "letter",
        "reason",
    },
)


class ChangeText(Spec):
    """How a superseding decision is told."""

    subject: str = Field(min_length=1, max_length=50)
    body: str = Field(min_length=1, max_length=1000)

    @field_validator("subject", "body")
    @classmethod
    def _known_placeholders(cls, text: str) -> str:
        for _, name, form, conversion in Formatter().parse(text):
            if name is not None and (name not in FACTS or form or conversion):
                raise PydanticCustomError("placeholder", "unknown placeholder {name}", {"name": name, "allowed": nearest(name, FACTS)})
        return text

    def fill(self, facts: Mapping[str, str]) -> tuple[str, str]:
        """Subject and body with the facts in their places."""
        return self.subject.format_map(facts), self.body.format_map(facts)


class DecisionTexts(Spec):
    """The whole file."""

    change: ChangeText
    revoke: ChangeText
    assumptions: tuple[Assumption, ...] = ()


@cache
def decision_texts() -> DecisionTexts:
    """The texts of this installation. Raises SpecError."""
    return read_spec(Path(__file__).parent / "decision_texts.yaml", DecisionTexts)
