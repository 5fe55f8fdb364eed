"""Official Japanese of suites (検査表の名称): procedures, their items by group, and the sentences of their checks."""

from collections.abc import Iterator

from mappings.procedure import Procedure
from pipeline.cross_records import across_suite
from pipeline.finding_places import element_of
from pipeline.hub import Hub
from pipeline.pages.words import CHECKS, SEVERITIES, STATUSES
from pipeline.repeat_counts import repeat_titles
from validation.data_docs import Wording
from validation.results import SuiteResult

ADDED = "追加項目"


def suite_titles(hub: Hub) -> dict[str, str]:
    """Procedures by id and their items by ``procedure:group.item``; items of other groups than the first name what makes a record."""
    titles: dict[str, str] = {}
    for procedure in map(hub.procedure, hub.municipality.procedures):
        titles[procedure.id] = procedure.title
        titles[across_suite(procedure)] = f"{procedure.title}（申請どうし・台帳との照合）"
        titles |= repeat_titles(hub, procedure)
        for group, whose in _groups(hub, procedure):
            items = hub.catalogue.items[procedure.business][group]
            titles |= {f"{procedure.id}:{group}.{name}": whose + item.title for name, item in items.items()}
    return titles


def _groups(hub: Hub, procedure: Procedure) -> Iterator[tuple[str, str]]:
    for place, group in enumerate(hub.catalogue.groups_of(procedure)):
        yield group, f"{element_of(hub.catalogue, procedure, group)}の" if place else ""
    for overlay in procedure.overlays:
        if overlay.municipality == hub.code and overlay.group:
            yield overlay.group, f"{ADDED}の"


def suite_wording(hub: Hub, result: SuiteResult, titles: dict[str, str]) -> Wording:
    """The words of one run for its page of Data Docs. A suite of a procedure that is gone keeps its name."""
    procedure = result.suite.partition("@")[0]
    known = hub.catalogue.procedures.get(procedure)
    rules = {rule.id: rule.says for rule in known.rules} if known else {}
    head = f"{procedure}:"
    return Wording(
        title=titles.get(procedure, result.suite),
        items={key.removeprefix(head): title for key, title in titles.items() if key.startswith(head)},
        checks={
            check.id: f"{rules.get(check.rule) or CHECKS.get(check.code, check.code)}（{check.rule or check.code}、"
            f"{SEVERITIES[check.severity]}、{STATUSES[check.status]}）"
            for check in result.checks
        },
    )
