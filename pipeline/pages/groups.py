"""Open applications by reason and by step (理由別・工程別): what the held list and the picture of the day are drawn from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.pages.report import DayReport, OpenApplication
from pipeline.pages.words import STAGES, Saying, explain


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """All open applications with one reason; an application with several reasons stands in several groups."""

    code: str
    saying: Saying
    applications: tuple[OpenApplication, ...]


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A step of the day: how many reached it and how many stopped there."""

    title: str
    reached: int
    held: int = 0
    waiting: int = 0


def by_reason(applications: Sequence[OpenApplication]) -> list[ReasonGroup]:
    """Groups, the largest first."""
    found: dict[str, list[OpenApplication]] = {}
    for application in applications:
        for code in dict.fromkeys(application.codes):
            found.setdefault(code, []).append(application)
    groups = [ReasonGroup(code, explain(code), tuple(sorted(members, key=lambda one: one.receipt))) for code, members in found.items()]
    return sorted(groups, key=lambda group: (-len(group.applications), group.code))


def flow(report: DayReport) -> list[FlowStep]:
    """The day's applications from step to step. Each stops once, at the step of its gravest reason; unknown steps count as the last one."""
    held = Counter(_step(application) for application in report.held)
    waiting = Counter(_step(application) for application in report.waiting)
    steps, reached = [], report.counts.day_in
    for stage, title in STAGES.items():
        steps.append(FlowStep(title, reached, held[stage], waiting[stage]))
        reached -= held[stage] + waiting[stage]
    return steps


def _step(application: OpenApplication) -> str:
    return application.stage if application.stage in STAGES else "deliver"
