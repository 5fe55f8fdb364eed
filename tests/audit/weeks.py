"""Recorded weeks before the small town's day, as its closes would have entered them, and the rules as they stood."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from pipeline.audit.figures import CheckFigure, DayFigures, Held, ProcedureFigures, write_figures
from pipeline.audit.rule_sets import RuleState, digest_of_rules, rules_now, write_rules
from pipeline.hub import Hub
from pipeline.journal.audit_tables import audit_days, audit_rule_sets

CLAIM, NURSERY = "jidoteate-nintei", "hoiku-riyo"
RULE = "NINTEI-03"


def day_figures(day: date, rule_set: str, *, arrived: int = 40, held: Mapping[tuple[str, str, str], int] | None = None) -> DayFigures:
    """A day with so many arrivals of two procedures. held: how many by (procedure, code, rule)."""
    groups = held if held is not None else {(CLAIM, "PERSON_NOT_FOUND", ""): 2, (CLAIM, "DATE_ORDER", RULE): 1}
    receipts = {
        key: tuple(f"{day:%Y%m%d}-9{place}{number:06d}" for number in range(count)) for place, (key, count) in enumerate(groups.items())
    }
    suite = f"{CLAIM}.ninteiseikyu"
    check = CheckFigure(
        CLAIM, suite, f"rule:{RULE}", "kisainengappi", "not_after", RULE, "DATE_ORDER", "error", "hold", rows=arrived, failed=1
    )
    return DayFigures(
        day=day,
        rule_set=rule_set,
        balanced=True,
        procedures={
            CLAIM: ProcedureFigures(arrived // 2, arrived // 3, 6.5),
            NURSERY: ProcedureFigures(arrived - arrived // 2, arrived // 3, 8.0),
        },
        hours=7.0,
        held=tuple(Held(*key, receipts[key]) for key in groups),
        checks=(check,),
        ran={CLAIM: ("v1",)},
        versions={CLAIM: "v1", NURSERY: "w1"},
    )


def enter_figures(hub: Hub, figures: DayFigures, rules: tuple[RuleState, ...]) -> None:
    """Put a day into the journal as its close would."""
    text = write_rules(rules)
    row = {"municipality": hub.code, "day": figures.day.isoformat(), "rule_set": digest_of_rules(text), "figures": write_figures(figures)}
    with hub.journal.write() as write:
        write.insert_new(audit_rule_sets, {"digest": digest_of_rules(text), "rules": text})
        write.insert_new(audit_days, {**row, "made_at": f"{figures.day}T18:00:00+09:00"})
        write.leaf("audit_day_entered", day=figures.day.isoformat())


def enter_weeks(hub: Hub, last: date, days: int = 20) -> None:
    """Quiet weekdays up to ``last``, under today's rules and versions."""
    rules = rules_now(hub)
    versions = {name: hub.specification_version(name) for name in hub.municipality.procedures}
    day, entered = last, 0
    while entered < days:
        if day.weekday() < 5:
            figures = day_figures(day, digest_of_rules(write_rules(rules)), arrived=40 + day.day)
            ran = {CLAIM: (versions[CLAIM],)}
            enter_figures(hub, replace(figures, versions=versions, ran=ran), rules)
            entered += 1
        day -= timedelta(days=1)
