"""What a filing shares with others (類似の申請): where it stands in its round, an earlier one of the same people, what it resembles."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from mappings.repeats import Traits
from pipeline.hub import Hub
from pipeline.journal.intake_tables import applications
from pipeline.repeat_traits import FILING, traits_of
from pipeline.repeats import GONE, HANDED_ON, Pair, find_repeats, passed_over
from pipeline.rounds import Standing, standing_of
from vocabulary.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a filing shares with others. earlier: 受付番号 of one of the same people, procedure and period that stands."""

    standing: Standing | None
    earlier: str | None
    traits: Traits
    pairs: Sequence[Pair]


def likeness_of(hub: Hub, row: Row[Any]) -> Likeness:
    """Where the filing stands in its round, the earlier one of the same people, and whatever else it resembles."""
    standing = standing_of(hub, row)
    earlier = earlier_filing(hub, row, passed_over(hub, row)) if standing is None else standing.repeated
    traits = traits_of(hub, row)
    return Likeness(standing, earlier, traits, find_repeats(hub, row, traits, same_filing=earlier))


def likeness_findings(likeness: Likeness) -> Iterator[Finding]:
    """A finding for each filing that the application resembles in a kind that is more than a trial."""
    for pair in likeness.pairs:
        if pair.other == likeness.earlier or pair.repeat.status == "shadow":
            continue
        severity = Severity.ALERT if pair.waits else Severity.INFO
        source = "receipt" if pair.repeat.source == FILING else pair.repeat.source
        yield Finding("REPEAT_SUSPECTED", where=f"{source} {pair.other}", rule=pair.repeat.kind, severity=severity)


def earlier_filing(hub: Hub, row: Row[Any], passed: Collection[str] = ()) -> str | None:
    """The 受付番号 of a filing of the same people and procedure that stands (重複の疑い): it came before, or was handed on already.

    passed: 受付番号 of those that are no repeat of it. That one was handed on matters when the portal gave the package of the first
    filing only after that of the second.
    """
    if row.repeat_key is None:
        return None
    before = (applications.c.arrived_at < row.arrived_at) | ((applications.c.arrived_at == row.arrived_at) & (applications.c.id < row.id))
    handed_on = applications.c.stage.in_(HANDED_ON)
    same = (applications.c.municipality == hub.code) & (applications.c.repeat_key == row.repeat_key) & (applications.c.id != row.id)
    standing = applications.c.disposition.not_in(GONE) & applications.c.receipt.not_in(sorted(passed))
    repeated = select(applications.c.receipt).where(same, before | handed_on, standing)
    found = hub.journal.scalar(repeated.order_by(applications.c.arrived_at, applications.c.id))
    return None if found is None else str(found)
