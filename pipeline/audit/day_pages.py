"""Gathers the page of a day (保留率の要因): what moved the hold rate, what was held, who acted, which runs checked."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from pipeline.audit.changes import KINDS, Change
from pipeline.audit.contributions import Part, Rise, rise_of
from pipeline.audit.day_figures import procedure_of, runs_of
from pipeline.audit.figures import DayFigures, Held
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.intake_tables import applications
from pipeline.pages.audit import ActRow, ChangeRow, DayPage, DayRow, HeldRow, PartRow, RunRow
from pipeline.pages.words import explain
from pipeline.repeat_counts import SUITE
from pipeline.suite_titles import suite_titles
from validation.results import read as read_result

UP = "../"


def day_page(hub: Hub, figures: DayFigures, earlier: Sequence[DayFigures], changes: Sequence[Change], *, row: DayRow) -> DayPage:
    """The page of one recorded day. earlier: the recorded days before it. row: the day's row, linked from the day's folder."""
    rise = rise_of(figures, earlier)
    return DayPage(
        row=row,
        usual=100 * rise.usual_held / rise.usual_arrived if rise else None,
        points=rise.points if rise else None,
        compared=rise.days if rise else 0,
        reasons=tuple(_reason(hub, part, rise) for part in rise.reasons) if rise else (),
        procedures=tuple(_procedure(hub, part, rise) for part in rise.procedures) if rise else (),
        held=tuple(held_row(hub, one, UP) for one in sorted(figures.held, key=lambda one: (-len(one.receipts), one.procedure, one.code))),
        changes=change_rows(hub, changes, UP),
        acts=tuple(_acts(hub, figures)),
        runs=tuple(_runs(hub, figures)),
    )


def title_of(hub: Hub, procedure: str) -> str:
    """A procedure's title, or its id when the municipality no longer takes it."""
    return hub.procedure(procedure).title if procedure in hub.municipality.procedures else procedure


def rule_link(hub: Hub, procedure: str, rule: str, base: str = "") -> str:
    """Where a rule of today stands; "" for one that is gone."""
    if procedure not in hub.municipality.procedures or rule not in {one.id for one in hub.procedure(procedure).rules}:
        return ""
    return f"{base}procedure-{procedure}.html#rule-{rule}"


def held_row(hub: Hub, held: Held, base: str = "") -> HeldRow:
    """A group of held applications as pages show it."""
    return HeldRow(title_of(hub, held.procedure), held.code, held.rule, rule_link(hub, held.procedure, held.rule, base), held.receipts)


def change_rows(hub: Hub, changes: Iterable[Change], base: str = "") -> tuple[ChangeRow, ...]:
    """Changes as pages show them."""
    return tuple(
        ChangeRow(
            day=one.day,
            what=KINDS[one.kind],
            looser=one.looser,
            procedure=title_of(hub, one.procedure),
            rule=one.rule,
            says=one.says,
            before=one.before,
            after=one.after,
            link=rule_link(hub, one.procedure, one.rule, base),
        )
        for one in changes
    )


def _reason(hub: Hub, part: Part, rise: Rise) -> PartRow:
    code, rule, procedure = part.key
    title = explain(code).sentence if code else "理由の記録が残る前に解除"
    return _part_row(part, rise, title=title, code=code, rule=rule, link=rule_link(hub, procedure, rule, UP))


def _procedure(hub: Hub, part: Part, rise: Rise) -> PartRow:
    return _part_row(part, rise, title=title_of(hub, part.key[0]))


def _part_row(part: Part, rise: Rise, *, title: str, code: str = "", rule: str = "", link: str = "") -> PartRow:
    rate, usual = 100 * part.held / rise.arrived, 100 * part.usual / rise.usual_arrived
    return PartRow(title, code, rule, link, part.held, rate, usual, part.points)


def _acts(hub: Hub, figures: DayFigures) -> Iterable[ActRow]:
    second = acts.alias("second")
    joined = select(acts, applications.c.receipt, applications.c.procedure, second.c.actor.label("second_actor"))
    joined = joined.outerjoin(applications, applications.c.id == acts.c.application).outerjoin(second, second.c.first == acts.c.id)
    that_day = (acts.c.municipality == hub.code) & (acts.c.day == figures.day.isoformat())
    for row in hub.journal.rows(joined.where(that_day).order_by(acts.c.id)):
        yield ActRow(
            number=row.id,
            at=datetime.fromisoformat(row.at),
            kind=row.kind,
            procedure=title_of(hub, row.procedure) if row.procedure else "",
            receipt=row.receipt or "",
            actor=row.actor,
            second=row.second_actor or "",
            waiting=row.state == "asked",
        )


def _runs(hub: Hub, figures: DayFigures) -> Iterable[RunRow]:
    titles = suite_titles(hub)
    for row in runs_of(hub, figures.day):
        result = read_result(row.outcome)
        yield RunRow(
            number=row.id,
            at=datetime.fromisoformat(row.at),
            procedure=procedure_of(row.suite.removeprefix(f"{SUITE}.")),
            title=titles.get(row.suite.partition("@")[0], row.suite),
            suite=row.suite,
            version=result.version,
            rows=result.rows,
            broken=result.broken,
            failed=tuple((check.id, check.failed) for check in result.checks if check.failed),
        )
