"""Gathers the page of a procedure for auditors (手続別の検査): its rules, their history and counts day by day, its items that failed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from pipeline.audit.changes import KINDS, Change
from pipeline.audit.day_pages import held_row, title_of
from pipeline.audit.figures import CheckFigure, DayFigures, ProcedureFigures
from pipeline.audit.rule_sets import ITEM, RuleState, rules_now
from pipeline.hub import Hub
from pipeline.pages.audit import HeldRow, ItemRow, ProcedurePage, RuleRow, Trend

SHOWN_DAYS: Final = 10
NOTHING: Final = ProcedureFigures(0, 0, None)


def procedure_page(
    hub: Hub, name: str, days: Sequence[DayFigures], rule_sets: Mapping[str, tuple[RuleState, ...]], changes: Sequence[Change]
) -> ProcedurePage:
    """The page of one procedure over the last ten of the recorded days. changes: of the whole window."""
    shown = days[-SHOWN_DAYS:]
    figures = [day.procedures.get(name, NOTHING) for day in shown]
    rules = rule_sets[days[-1].rule_set] if days else rules_now(hub)
    own = [rule for rule in rules if rule.procedure == name and rule.kind != ITEM]
    return ProcedurePage(
        id=name,
        title=title_of(hub, name),
        version=hub.specification_version(name),
        days=tuple((day.day, f"{day.day}/runs.html") for day in shown),
        arrived=tuple(one.arrived for one in figures),
        held=tuple(day.held_of(name) for day in shown),
        hours=tuple(one.hours for one in figures),
        rules=tuple(_rule(hub, rule, days, changes) for rule in own),
        items=tuple(_items(hub, name, shown)),
    )


def _rule(hub: Hub, rule: RuleState, days: Sequence[DayFigures], changes: Sequence[Change]) -> RuleRow:
    mine = [one for one in changes if (one.procedure, one.rule) == (rule.procedure, rule.id)]
    return RuleRow(
        id=rule.id,
        says=rule.says,
        kind=rule.kind,
        code=rule.code,
        severity=rule.severity,
        status=rule.status,
        in_force=rule.in_force,
        trend=_trend([[check for check in day.checks if _is_of(check, rule)] for day in days[-SHOWN_DAYS:]]),
        history=tuple((one.day, f"{KINDS[one.kind]}：{one.before or '―'} → {one.after or '―'}") for one in sorted(mine, key=_day_of)),
        held=tuple(_held(hub, rule, days)),
    )


def _is_of(check: CheckFigure, rule: RuleState) -> bool:
    return (check.procedure, check.rule) == (rule.procedure, rule.id)


def _day_of(change: Change) -> date:
    return change.day


def _trend(checks: Iterable[Sequence[CheckFigure]]) -> Trend:
    """A rule about several items makes a check of each; its rows are those of the fullest one."""
    days = list(checks)
    rows = tuple(max(one.rows for one in day) if day else None for day in days)
    return Trend(rows, tuple(sum(one.failed for one in day) if day else None for day in days))


def _held(hub: Hub, rule: RuleState, days: Sequence[DayFigures]) -> Iterator[tuple[date, str, HeldRow]]:
    for day in reversed(days):
        for held in day.held:
            if (held.procedure, held.rule) == (rule.procedure, rule.id):
                yield day.day, f"{day.day}/index.html", held_row(hub, held)


def _items(hub: Hub, procedure: str, days: Sequence[DayFigures]) -> Iterator[ItemRow]:
    failing = sorted({(one.item, one.code) for day in days for one in day.checks if one.procedure == procedure and not one.rule})
    for item, code in failing:
        key = (procedure, "", item, code)
        counted = tuple(sum(one.failed for one in day.checks if (one.procedure, one.rule, one.item, one.code) == key) for day in days)
        yield ItemRow(_item_title(hub, procedure, item), code, Trend(counted, counted))


def _item_title(hub: Hub, procedure: str, item: str) -> str:
    specification = hub.procedure(procedure)
    for group in hub.catalogue.groups_of(specification):
        found = hub.catalogue.items[specification.business][group].get(item)
        if found is not None:
            return f"{found.title}（{item}）"
    return item
