"""What the auditors' site shows (監査用の検査報告): figures of the last weeks, rules, changes, acts; codes and 受付番号, no value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from pipeline.pages.words import ACTS, explain

SHOWN_RECEIPTS: Final = 60
"""More of one group are told by their number only; the journal and ``hub audit sample`` have them all."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the table. rate, usual: percent. reason: the code that held most. links: title → address, those that lie there."""

    day: date
    page: str
    arrived: int
    held: int
    delivered: int
    hours: float | None
    balanced: bool
    reason: str
    changes: int
    looser: int
    acts: int
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        """Percent of the arrivals that stood held in the evening."""
        return 100 * self.held / self.arrived if self.arrived else None


@dataclass(frozen=True, slots=True)
class PartRow:
    """A reason or procedure of the hold rate. rate, usual: percent of all arrivals; points: their difference."""

    title: str
    code: str
    rule: str
    link: str
    held: int
    rate: float
    usual: float
    points: float


@dataclass(frozen=True, slots=True)
class HeldRow:
    """Receipt numbers held by one reason."""

    procedure: str
    code: str
    rule: str
    link: str
    receipts: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The reason as clerks read it."""
        return explain(self.code).sentence if self.code else "理由の記録が残る前に解除されました。"

    @property
    def shown(self) -> tuple[str, ...]:
        """At most so many that the page stays readable."""
        return self.receipts[:SHOWN_RECEIPTS]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change in the checks. link: to the rule, or ""."""

    day: date
    what: str
    looser: bool
    procedure: str
    rule: str
    says: str
    before: str
    after: str
    link: str


@dataclass(frozen=True, slots=True)
class ActRow:
    """What somebody did. second: who carried out what this one had asked for; waiting: nobody yet."""

    number: int
    at: datetime
    kind: str
    procedure: str
    receipt: str
    actor: str
    second: str
    waiting: bool

    @property
    def title(self) -> str:
        """The act as clerks call it."""
        return ACTS.get(self.kind, self.kind)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of a suite. title: of what was checked. failed: (check, rows)."""

    number: int
    at: datetime
    procedure: str
    title: str
    suite: str
    version: str
    rows: int
    broken: bool
    failed: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class DayPage:
    """Why the hold rate was what it was on a day. rate, usual, points: percent; usual and points None without days to compare with."""

    row: DayRow
    usual: float | None
    points: float | None
    compared: int
    reasons: tuple[PartRow, ...]
    procedures: tuple[PartRow, ...]
    held: tuple[HeldRow, ...]
    changes: tuple[ChangeRow, ...]
    acts: tuple[ActRow, ...]
    runs: tuple[RunRow, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """Counts of one check day by day, as long as the days of the page; None where it did not run."""

    rows: tuple[int | None, ...]
    failed: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule. history: (day, what it became) since the site began. held: receipts of the shown days that it held, newest first."""

    id: str
    says: str
    kind: str
    code: str
    severity: str
    status: str
    in_force: bool
    trend: Trend
    history: tuple[tuple[date, str], ...]
    held: tuple[tuple[date, str, HeldRow], ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item's own check that failed on one of the shown days."""

    item: str
    code: str
    trend: Trend


@dataclass(frozen=True, slots=True)
class ProcedurePage:
    """A procedure: its days, rules and items that failed. days: of the trends, oldest first, with the addresses of their runs."""

    id: str
    title: str
    version: str
    days: tuple[tuple[date, str], ...]
    arrived: tuple[int, ...]
    held: tuple[int, ...]
    hours: tuple[float | None, ...]
    rules: tuple[RuleRow, ...]
    items: tuple[ItemRow, ...]

    @property
    def rate(self) -> float | None:
        """Percent held of all arrivals of the shown days."""
        return 100 * sum(self.held) / sum(self.arrived) if sum(self.arrived) else None


@dataclass(frozen=True, slots=True)
class Site:
    """The whole site as it is built in the evening. days: newest first."""

    municipality: str
    made_at: datetime
    days: Sequence[DayRow]
    reasons: Sequence[PartRow]
    changes: Sequence[ChangeRow]
    procedures: Sequence[ProcedurePage]
