"""What a day's pages show (日次報告・日締め): figures, codes, receipt numbers and evidence; no resident's name or value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime

from pipeline.pages.close_rows import CloseDetails
from pipeline.pages.night import ExchangeReport, NightReport
from validation.results import SuiteResult
from vocabulary.reasons import reason


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of the balance, as in ``summary.json``."""

    listed: int = 0
    not_fetched: int = 0
    gone_before_fetch: int = 0
    out_of_scope: int = 0
    stored: int = 0
    carried_in: int = 0
    delivered: int = 0
    settled: int = 0
    withdrawn: int = 0
    held: int = 0
    waiting: int = 0

    @property
    def listed_accounted(self) -> int:
        """What became of the listed ones; equal to ``listed`` when nothing is lost."""
        return self.stored + self.out_of_scope + self.not_fetched + self.gone_before_fetch

    @property
    def day_in(self) -> int:
        """What the day had to handle."""
        return self.carried_in + self.stored

    @property
    def day_out(self) -> int:
        """What the day can show for it; equal to ``day_in`` when nothing is lost."""
        return self.delivered + self.settled + self.withdrawn + self.held + self.waiting

    @property
    def balanced(self) -> bool:
        """Whether both equations hold."""
        return self.listed == self.listed_accounted and self.day_in == self.day_out


def total(counts: Iterable[Counts]) -> Counts:
    """The sum, figure by figure."""
    rows = list(counts)
    return Counts(**{figure.name: sum(getattr(row, figure.name) for row in rows) for figure in fields(Counts)})


@dataclass(frozen=True, slots=True)
class ProcedureDay:
    """A procedure's day. section: the section in charge, in Japanese. problems: what does not balance, with receipt numbers."""

    id: str
    title: str
    section: str
    counts: Counts
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenApplication:
    """An application that a person or the hub must go on with. codes: its reasons, the gravest first, all in ``reasons.csv``.

    restricted: of 支援措置; it is counted, and its number stands only on the list of those who may see it.
    """

    receipt: str
    procedure: str
    section: str
    codes: tuple[str, ...]
    since: date
    restricted: bool = False

    @property
    def stage(self) -> str:
        """The step at which it stopped."""
        return reason(self.codes[0]).stage


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A file handed over. evidence: what proves it, in words (読み戻し照合, 受領書OK); "" when it has none.

    shares: how many of its records are of which section (by id).
    """

    destination: str
    file_name: str
    records: int
    size: int
    sha256: str
    evidence: str
    delivered_at: datetime
    shares: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A way to the resident or the portal: 申請処理状況 or お知らせ. undeliverable: None where the channel knows no such case."""

    title: str
    owed: int
    sent: int
    undeliverable: int | None = None


@dataclass(frozen=True, slots=True)
class FreshnessRow:
    """How old something the hub relies on is. as_of: None when it never came. stale: older than its limit ``limit`` (in words)."""

    title: str
    as_of: datetime | None
    limit: str
    stale: bool


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """The head of the append-only log: number of leaves, Merkle root in hex, when."""

    leaves: int
    root: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm of the journal. kind: its code; subject: an id, a file or group name."""

    kind: str
    subject: str
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class SuiteDay:
    """What a suite came to on a day; several runs of one day are added up."""

    day: date
    result: SuiteResult


@dataclass(frozen=True, slots=True)
class LossRow:
    """One approved substitution of a day. source, target: the characters and their code points. table: ``id@version``."""

    destination: str
    source: str
    target: str
    times: int
    applications: int
    table: str
    approved: str


@dataclass(frozen=True, slots=True)
class DayReport:
    """One day of a municipality. balanced: what the close found; problems: those of it that are no procedure's own.

    missing_evidence: counterparts out of reach, named. suites: this day's and, for comparison, earlier days'.
    titles: official Japanese of procedures by id and of their items by ``procedure:group.item``.
    night, exchange: of the night after the day, None where the municipality does not declare that work.
    sections: id → name of those that sign a sheet of their own.
    """

    municipality: str
    day: date
    made_at: datetime
    balanced: bool
    procedures: tuple[ProcedureDay, ...]
    held: tuple[OpenApplication, ...] = ()
    waiting: tuple[OpenApplication, ...] = ()
    deliveries: tuple[DeliveryRow, ...] = ()
    missing_evidence: tuple[str, ...] = ()
    channels: tuple[ChannelRow, ...] = ()
    freshness: tuple[FreshnessRow, ...] = ()
    checkpoint: CheckpointRow | None = None
    alarms: tuple[AlarmRow, ...] = ()
    suites: tuple[SuiteDay, ...] = ()
    losses: tuple[LossRow, ...] = ()
    problems: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    night: NightReport | None = None
    exchange: ExchangeReport | None = None
    details: CloseDetails = field(default_factory=CloseDetails)
    sections: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> Counts:
        """All procedures together."""
        return total(procedure.counts for procedure in self.procedures)

    @property
    def green(self) -> bool:
        """Balanced by the close and by the figures shown: a page can't say 一致 above figures that differ."""
        return self.balanced and all(procedure.counts.balanced and not procedure.problems for procedure in self.procedures)
