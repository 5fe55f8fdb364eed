"""Kinds of notices (お知らせの種類) as folders: text, legal basis, audience, channels of ``mappings/notices/<id>/notice.yaml``."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Literal

from pydantic import Field

from mappings.audience import EXPECTED, Audience, check_audience
from mappings.copies import CopyKind
from mappings.notice_basis import FILE, Basis, Ground, ground_of, read_basis
from mappings.notice_facts import Facts, check_source, read_facts
from mappings.notice_limits import Limits, read_limits
from mappings.notices import TextPlace, check_text
from mappings.specification import Assumption, Spec, nearest, read_spec
from mappings.vaccination_schedule import Dose, read_schedule
from mappings.yaml_door import SpecError

KindOf = Literal["period", "checkup", "vaccination", "questionnaire", "interview", "payment", "certificate", "other"]
"""Results and corrections belong to procedures: a result needs its decision record."""
Channel = Literal["portal", "letterbox", "paper"]


class Placeholder(Spec):
    """A place of the text. source: a fact of ``facts.yaml``, or ``item.<name>``: a day or number of the audience's ledger."""

    source: str


class Question(Spec):
    """A question of a questionnaire (アンケート). answer: slot (one of the free 面談枠), choice (one of ``options``)."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,30}$")
    title: str
    answer: Literal["slot", "choice"]
    options: tuple[str, ...] = ()


class Waves(Spec):
    """How a campaign begins: ``first`` notices, then ``pause_hours`` in which it can be stopped, then all others."""

    first: int = Field(default=20, ge=1)
    pause_hours: int = Field(default=24, ge=0)


class NoticeKind(Spec):
    """One kind of notice. kind_of: its sort; section: id of the section that owns it.

    hours: opening hours in which it goes out (08:30-17:15). approval: campaign where a second person approves with a 決裁番号.
    schedule: doses by the name of the CSV that an audience names. ground: the row of the basis.
    """

    LOADED: ClassVar[frozenset[str]] = frozenset({"folder", "ground", "schedules"})

    id: str
    title: str
    business: str
    section: str
    kind_of: KindOf
    basis: Basis
    audience: Audience
    subject: str = Field(min_length=1)
    body: str = Field(min_length=1)
    placeholders: dict[str, Placeholder] = Field(default_factory=dict)
    channels: tuple[Channel, ...] = Field(min_length=1)
    hours: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")
    approval: Literal["none", "campaign"]
    waves: Waves = Waves()
    display_days: int = Field(ge=1)
    questionnaire: tuple[Question, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    folder: Path = Path()
    ground: Ground | None = None
    schedules: Mapping[str, tuple[Dose, ...]] = Field(default_factory=dict)

    @property
    def sources(self) -> dict[str, str]:
        """Placeholder → source; these sources are the facts that ``fill`` needs."""
        return {name: one.source for name, one in self.placeholders.items()}

    def fill(self, facts: Mapping[str, str]) -> tuple[str, str]:
        """Subject and body. facts: by source (``group``, ``item.bumbenyoteibi``). Raises KeyError for a source that is missing."""
        words = {name: facts[source] for name, source in self.sources.items()}
        return self.subject.format_map(words), self.body.format_map(words)


def read_notice_rules(root: Path) -> tuple[Facts, Limits]:
    """What every text is checked against: facts and limits of the specifications below ``root``. Raises SpecError."""
    return read_facts(root / "notices" / "facts.yaml"), read_limits(root / "notices" / "limits.yaml")


def read_notice_kinds(
    root: Path,
    businesses: Mapping[str, object],
    copies: Mapping[str, CopyKind],
    procedures: Mapping[str, str],
    rules: tuple[Facts, Limits],
) -> Mapping[str, NoticeKind]:
    """Every ``notices/<id>/notice.yaml`` by id; none where there is no folder. procedures: id → title. Raises SpecError."""
    kinds: dict[str, NoticeKind] = {}
    for folder in sorted(path for path in (root / "notices").glob("*") if path.is_dir() and not path.name.startswith(("_", "."))):
        file = folder / "notice.yaml"
        kind = read_spec(file, NoticeKind)
        if kind.id != folder.name:
            raise SpecError(file=file, key="id", problem=f"{kind.id} is not the folder's name", allowed=folder.name)
        if kind.business not in businesses:
            allowed = nearest(kind.business, businesses)
            raise SpecError(file=file, key="business", problem=f"no items for {kind.business}", allowed=allowed)
        ground = ground_of(file, kind.basis, kind.business, read_basis(root / "notices" / FILE, folder / FILE))
        check_audience(file, kind.audience, copies, procedures)
        _check_facts(file, kind, copies, procedures, rules)
        read = {"folder": folder, "ground": ground, "schedules": _schedules(kind, folder)}
        kinds[kind.id] = kind.model_copy(update=read)
    return MappingProxyType(kinds)


def _check_facts(
    file: Path, kind: NoticeKind, copies: Mapping[str, CopyKind], procedures: Mapping[str, str], rules: tuple[Facts, Limits]
) -> None:
    facts, limits = rules
    for name, source in kind.sources.items():
        key = f"placeholders.{name}.source"
        check_source(file, key, source, sort=kind.kind_of, facts=facts, copy=copies.get(kind.audience.source))
    title = procedures.get(kind.audience.source.removeprefix(EXPECTED))
    if title is None and "procedure" in kind.sources.values():
        problem = "procedure is known only where expected filings are the audience"
        raise SpecError(file=file, key="audience.source", problem=problem, allowed=f"{EXPECTED}<procedure>")
    known = {"procedure": title} if title else {}
    check_text(TextPlace(file, "", kind.subject, kind.body, kind.sources, known), facts, limits)
    _check_groups(file, kind, facts)
    longest = min(version.display_days for version in limits.versions)
    if kind.display_days > longest:
        raise SpecError(file=file, key="display_days", problem=f"{kind.display_days} is too long", allowed=f"at most {longest}")
    for place, question in enumerate(kind.questionnaire):
        if (question.answer == "choice") != bool(question.options):
            raise SpecError(file=file, key=f"questionnaire.{place}.options", problem="goes with answer choice, and only with it")


def _check_groups(file: Path, kind: NoticeKind, facts: Facts) -> None:
    most = facts.longest("group")
    for group in kind.audience.groups:
        if len(group.title) > most:
            raise SpecError(file=file, key=f"audience.groups.{group.id}.title", problem="is too long", allowed=f"at most {most}")


def _schedules(kind: NoticeKind, folder: Path) -> dict[str, tuple[Dose, ...]]:
    named = dict.fromkeys(one.schedule for _, one in kind.audience.all_conditions() if one.schedule)
    return {name: read_schedule(folder / name) for name in named}
