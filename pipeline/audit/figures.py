"""What is kept of a day for auditors (監査の日別集計): counts, codes and 受付番号; never a resident's value."""

import json
from dataclasses import asdict, dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Held:
    """Applications of the day's arrivals that stood held in its evening, by main reason and the rule that gave it ("" for none)."""

    procedure: str
    code: str
    rule: str
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckFigure:
    """One check of a procedure over the day's runs. rule: "" for an item's own check. rows: that were looked at; failed: of them."""

    procedure: str
    suite: str
    id: str
    item: str
    kind: str
    rule: str
    code: str
    severity: str
    status: str
    rows: int
    failed: int


@dataclass(frozen=True, slots=True)
class ProcedureFigures:
    """A procedure's day. hours: the median from arrival to delivery, of those that were delivered; None without any."""

    arrived: int
    delivered: int
    hours: float | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day. rule_set: digest of the rules at its close; versions: of the specifications by procedure. hours: of all procedures.

    checks: every rule that ran, and of the items' own checks those that failed. ran: versions of the runs by procedure.
    """

    day: date
    rule_set: str
    balanced: bool
    procedures: dict[str, ProcedureFigures]
    hours: float | None
    held: tuple[Held, ...]
    checks: tuple[CheckFigure, ...]
    ran: dict[str, tuple[str, ...]]
    versions: dict[str, str]

    @property
    def arrived(self) -> int:
        """How many applications reached a section on the day."""
        return sum(one.arrived for one in self.procedures.values())

    @property
    def delivered(self) -> int:
        """How many were handed over."""
        return sum(one.delivered for one in self.procedures.values())

    def held_of(self, procedure: str = "") -> int:
        """How many of the arrivals stood held in the evening, of all procedures or one."""
        return sum(len(one.receipts) for one in self.held if procedure in ("", one.procedure))

    @property
    def rate(self) -> float | None:
        """The share of the arrivals that stood held (保留率); None on a day without arrivals."""
        return self.held_of() / self.arrived if self.arrived else None


def write_figures(figures: DayFigures) -> str:
    """As JSON of one line, keys in a fixed order; the day and the rules stand in columns of their own."""
    data = asdict(figures)
    del data["day"], data["rule_set"]
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def read_figures(day: str, rule_set: str, text: str) -> DayFigures:
    """What ``write_figures`` wrote. Raises TypeError or KeyError for anything else."""
    data = json.loads(text)
    return DayFigures(
        day=date.fromisoformat(day),
        rule_set=rule_set,
        balanced=data["balanced"],
        procedures={name: ProcedureFigures(**one) for name, one in data["procedures"].items()},
        hours=data["hours"],
        held=tuple(Held(**{**one, "receipts": tuple(one["receipts"])}) for one in data["held"]),
        checks=tuple(CheckFigure(**one) for one in data["checks"]),
        ran={name: tuple(versions) for name, versions in data["ran"].items()},
        versions=data["versions"],
    )

