"""Model of ``notices.yaml`` (お知らせの文面): texts for what becomes of an application, placeholders and lengths checked at load."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from pydantic import Field

from mappings.notice_facts import Facts, placeholders, worst
from mappings.notice_limits import Limits, LimitVersion, Place
from mappings.specification import Spec, nearest
from mappings.yaml_door import SpecError

PLACES: tuple[Place, ...] = ("subject", "body")


@dataclass(frozen=True, slots=True)
class TextFault:
    """Why a filled text may not go out. problem: an English clause without the text. too_long: whether shortening it mends it."""

    place: Place
    problem: str
    allowed: str
    too_long: bool


class Notice(Spec):
    """One text. kind: receipt (it arrived), result (it was decided, needs a decision record) or correction (補正)."""

    id: str
    kind: Literal["receipt", "result", "correction"]
    subject: str = Field(min_length=1)
    body: str = Field(min_length=1)

    def fill(self, **facts: str) -> tuple[str, str]:
        """Subject and body with the facts in their places. Raises KeyError when a placeholder's fact is missing."""
        return self.subject.format_map(facts), self.body.format_map(facts)


class Notices(Spec):
    """The whole file."""

    notices: tuple[Notice, ...] = ()


def faults_of(subject: str, body: str, limits: Limits, version: LimitVersion) -> list[TextFault]:
    """What is wrong with a filled text: too long, or characters that may not be in it."""
    found = []
    for place, text in (("subject", subject), ("body", body)):
        part = cast("Place", place)
        if len(text) > (most := version.most(part)):
            found.append(TextFault(part, f"is too long: {len(text)} characters in the longest case", str(most), too_long=True))
        if wrong := limits.wrong_characters(text) or ("改行" if part == "subject" and "\n" in text else ""):
            found.append(TextFault(part, f"holds {wrong}", "plain text", too_long=False))
    return found


def check_text(
    file: Path, key: str, text: Mapping[Place, str], sources: Mapping[str, str], rules: tuple[Facts, Limits], known: Mapping[str, str]
) -> None:
    """Every placeholder is declared, and the longest form fits every version of the limits. Raises SpecError.

    sources: placeholder → source. known: sources whose words are known at load.
    """
    facts, limits = rules
    for place in PLACES:
        try:
            named = list(placeholders(text[place]))
        except ValueError:
            raise SpecError(file=file, key=f"{key}{place}", problem="has a brace that opens or closes nothing") from None
        for name, plain in named:
            if not plain or name not in sources:
                allowed = nearest(name, sources)
                raise SpecError(file=file, key=f"{key}{place}", problem=f"unknown placeholder {{{name}}}", allowed=allowed)
    longest = worst(facts, sources, known)
    filled = [text[place].format_map(longest) for place in PLACES]
    for version in limits.versions:
        for fault in faults_of(filled[0], filled[1], limits, version):
            raise SpecError(file=file, key=f"{key}{fault.place}", problem=fault.problem, allowed=fault.allowed)


def check_notices(file: Path, notices: tuple[Notice, ...], procedure_title: str, rules: tuple[Facts, Limits]) -> None:
    """Every text of a procedure. Raises SpecError for the first that is wrong."""
    known = {"procedure": procedure_title, "portal_procedure": procedure_title}
    seen: set[str] = set()
    for place, notice in enumerate(notices):
        if notice.id in seen:
            raise SpecError(file=file, key=f"notices.{place}.id", problem=f"{notice.id} stands twice")
        seen.add(notice.id)
        sources = {name: name for name in rules[0].of(notice.kind)}
        texts: dict[Place, str] = {"subject": notice.subject, "body": notice.body}
        check_text(file, f"notices.{notice.id}.", texts, sources, rules, known)
