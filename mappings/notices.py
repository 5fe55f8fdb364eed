"""Model of ``notices.yaml`` (お知らせの文面): texts for what becomes of an application, placeholders and lengths checked at load."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from mappings.decision_notices import ServesAsDecision
from mappings.notice_facts import Facts, placeholders, worst
from mappings.notice_limits import Limits, LimitVersion, Place
from mappings.specification import Spec, nearest
from mappings.yaml_door import SpecError


@dataclass(frozen=True, slots=True)
class TextFault:
    """Why a filled text may not go out. problem: an English clause without the text; allowed: what is."""

    place: Place
    problem: str
    allowed: str


class Notice(Spec):
    """One text. kind: receipt (it arrived), result (it was decided, needs a decision record) or correction (補正).

    serves_as_decision: what makes it a 処分通知; without it a notice only says that there is a decision.
    """

    id: str
    kind: Literal["receipt", "result", "correction"]
    subject: str = Field(min_length=1)
    body: str = Field(min_length=1)
    serves_as_decision: ServesAsDecision | None = None

    def fill(self, **facts: str) -> tuple[str, str]:
        """Subject and body with the facts in their places. Raises KeyError when a placeholder's fact is missing."""
        return self.subject.format_map(facts), self.body.format_map(facts)


class Notices(Spec):
    """The whole file."""

    notices: tuple[Notice, ...] = ()


def faults_of(subject: str, body: str, limits: Limits, version: LimitVersion, numbers: Sequence[str] = ()) -> list[TextFault]:
    """What is wrong with a filled text: too long, or characters that may not be in it.

    numbers: as they stand in it, known to be nobody's 個人番号 though a part of them may read like one (納付番号).
    """
    parts: dict[Place, str] = {"subject": subject, "body": body}
    found = []
    for place, text in parts.items():
        if len(text) > (most := version.most(place)):
            found.append(TextFault(place, f"is too long: {len(text)} characters in the longest case", str(most)))
        if wrong := limits.wrong_characters(text, numbers) or ("改行" if place == "subject" and "\n" in text else ""):
            found.append(TextFault(place, f"holds {wrong}", "plain text"))
    return found


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A text of a spec file. key: of the text, "" or with a dot at its end. sources: placeholder → source.

    known: sources whose very words are known at load, such as the procedure's title.
    """

    file: Path
    key: str
    subject: str
    body: str
    sources: Mapping[str, str]
    known: Mapping[str, str]

    def error(self, place: Place, problem: str, allowed: str = "") -> SpecError:
        """What is wrong with one part."""
        return SpecError(file=self.file, key=f"{self.key}{place}", problem=problem, allowed=allowed)


def check_text(text: TextPlace, facts: Facts, limits: Limits) -> None:
    """Every placeholder is declared, and the longest form fits every version of the limits. Raises SpecError."""
    _check_placeholders(text, "subject", text.subject)
    _check_placeholders(text, "body", text.body)
    longest = worst(facts, text.sources, text.known)
    filled = text.subject.format_map(longest), text.body.format_map(longest)
    for version in limits.versions:
        for fault in faults_of(*filled, limits, version):
            raise text.error(fault.place, fault.problem, fault.allowed)


def _check_placeholders(text: TextPlace, place: Place, words: str) -> None:
    try:
        named = list(placeholders(words))
    except ValueError:
        raise text.error(place, "has a brace that opens or closes nothing") from None
    for name, plain in named:
        if not plain or name not in text.sources:
            raise text.error(place, f"unknown placeholder {{{name}}}", nearest(name, text.sources))


def check_consents(file: Path, notices: tuple[Notice, ...], items: Collection[str]) -> None:
    """What says that the filer agreed is an item of the own record that some version maps. Raises SpecError."""
    for notice in notices:
        serves = notice.serves_as_decision
        if serves and serves.consent.item not in items:
            key = f"notices.{notice.id}.serves_as_decision.consent.item"
            raise SpecError(file=file, key=key, problem=f"unknown item {serves.consent.item}", allowed=nearest(serves.consent.item, items))


def check_notices(file: Path, notices: tuple[Notice, ...], procedure_title: str, facts: Facts, limits: Limits) -> None:
    """Every text of a procedure. Raises SpecError for the first that is wrong."""
    known = {"procedure": procedure_title, "portal_procedure": procedure_title}
    seen: set[str] = set()
    for place, notice in enumerate(notices):
        if notice.id in seen:
            raise SpecError(file=file, key=f"notices.{place}.id", problem=f"{notice.id} stands twice")
        seen.add(notice.id)
        sources = {name: name for name in facts.of(notice.kind)}
        serves = notice.serves_as_decision
        if serves and notice.kind != "result":
            key = f"notices.{notice.id}.serves_as_decision"
            raise SpecError(file=file, key=key, problem="only a result is a decision", allowed="kind: result")
        body = serves.complete(notice.body, "{reason}") if serves else notice.body
        check_text(TextPlace(file, f"notices.{notice.id}.", notice.subject, body, sources, known), facts, limits)
