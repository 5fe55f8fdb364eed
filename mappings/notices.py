"""Model of ``notices.yaml`` (お知らせの文面): texts for the outcomes of a procedure, placeholders checked at load."""

from string import Formatter
from typing import Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from mappings.specification import Spec, nearest

# What a text may speak of: facts of the case, never a resident's name, address or number.
PLACEHOLDERS = frozenset(
    {"municipality", "section", "procedure", "receipt", "received_on", "decided_on", "decision_number", "document_number", "reason"},
)


class Notice(Spec):
    """One text. kind: receipt (it arrived) or result (it was decided, needs a decision record)."""

    id: str
    kind: Literal["receipt", "result"]
    subject: str = Field(min_length=1, max_length=50)
    body: str = Field(min_length=1, max_length=1000)

    @field_validator("subject", "body")
    @classmethod
    def _known_placeholders(cls, text: str) -> str:
        for _, name, form, conversion in Formatter().parse(text):
            if name is not None and (name not in PLACEHOLDERS or form or conversion):
                known = {"name": name, "allowed": nearest(name, PLACEHOLDERS)}
                raise PydanticCustomError("placeholder", "unknown placeholder {name}", known)
        return text

    def fill(self, **facts: str) -> tuple[str, str]:
        """Subject and body with the facts in their places. Raises KeyError when a placeholder's fact is missing."""
        return self.subject.format_map(facts), self.body.format_map(facts)


class Notices(Spec):
    """The whole file."""

    notices: tuple[Notice, ...] = ()
