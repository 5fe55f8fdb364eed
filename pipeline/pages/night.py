"""What the pages of the night show (夜間の報告): how fresh copies are, what stands open, what exchanges came to; no value, no person."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

AGES = ("today", "week", "month", "longer")


@dataclass(frozen=True, slots=True)
class FlagCheck:
    """The night's check of the flags of protected persons: how many were asked about, lack a flag, had one set tonight."""

    checked: int
    missing: int
    set_now: int
    at: datetime


@dataclass(frozen=True, slots=True)
class KindNight:
    """One kind of copies. ledger_at, server_at: moments of the ledger's newest extract and of the one that the server was brought to.

    registered, changed, deleted: by this night's requests; failed, waiting: as they stand. compared_on: last full comparison.
    """

    title: str
    ledger_at: datetime | None
    server_at: datetime | None
    records: int
    accepted: int
    registered: int
    changed: int
    deleted: int
    failed: int
    waiting: int
    stopped: bool
    compared_on: date | None

    @property
    def fresh(self) -> bool:
        """The server was brought to the newest extract."""
        return self.server_at is not None and self.server_at == self.ledger_at and not self.stopped


@dataclass(frozen=True, slots=True)
class DriftStop:
    """A kind that stopped at the drift limit. approved: a person let it through; it goes on in the next run."""

    title: str
    night: date
    changes: int
    accepted: int
    approved: bool


@dataclass(frozen=True, slots=True)
class RefusedExtract:
    """An extract that was not taken in. reason: of ``reasons.csv``."""

    ledger: str
    name: str
    rows: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenDifferences:
    """Differences of a full comparison that nobody explained. sort, cause: as the journal has them; ages: age → how many."""

    title: str
    sort: str
    cause: str
    owner: str
    ages: Mapping[str, int]

    @property
    def count(self) -> int:
        """Of all ages."""
        return sum(self.ages.values())


@dataclass(frozen=True, slots=True)
class NightReport:
    """A night of copies."""

    night: date
    flags: FlagCheck | None
    kinds: tuple[KindNight, ...]
    stops: tuple[DriftStop, ...] = ()
    refused: tuple[RefusedExtract, ...] = ()
    differences: tuple[OpenDifferences, ...] = ()

    @property
    def unexplained(self) -> int:
        """Open differences without a known cause."""
        return sum(one.count for one in self.differences if not one.cause)

    @property
    def green(self) -> bool:
        """Nobody has to act: no flag is missing, nothing stopped or was refused, and no difference is without a cause."""
        waits = any(not stop.approved for stop in self.stops)
        return not (waits or self.refused or self.unexplained or (self.flags and self.flags.missing))


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source of our own side over the last two weeks. kind: as declared."""

    name: str
    kind: str
    complete_by_nature: bool
    days: int
    complete: int
    newest: date | None


@dataclass(frozen=True, slots=True)
class ExchangeReport:
    """The records of exchange after a night. anomalies: kind → age → how many are open.

    first, last: days of the night's last reconciliation; uncovered: records that no complete source could confirm.
    """

    night: date
    fetched: int
    settled_until: date | None
    first: date | None = None
    last: date | None = None
    there: int = 0
    here: int = 0
    matched: int = 0
    uncovered: int = 0
    anomalies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    sources: tuple[SourceRow, ...] = ()

    @property
    def open(self) -> int:
        """Anomalies of all kinds and ages."""
        return sum(sum(ages.values()) for ages in self.anomalies.values())

    @property
    def by_age(self) -> Mapping[str, int]:
        """All kinds together."""
        total: Counter[str] = Counter()
        for ages in self.anomalies.values():
            total.update(ages)
        return total
