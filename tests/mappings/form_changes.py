"""Changes to a filled form, and the rules that speak up for what becomes of it."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import date

from lxml import etree

from mappings.catalogue import Catalogue, mapping_for
from mappings.engine import Source, map_batch
from mappings.examples import read_examples
from mappings.form import check_form
from mappings.places import NAMESPACE
from pipeline.suites import suite_of, table_of
from validation.checks import Status, SuiteSpec, Table
from validation.rules import rule_column, verdict_columns

DAY = date(2026, 11, 24)

Change = Callable[[etree._Element], None]


def tag(path: str) -> str:
    return "/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/"))


def put(path: str, text: str) -> Change:
    """Write another value into the first element at ``path``."""

    def change(content: etree._Element) -> None:
        found = content.find(tag(path))
        assert found is not None, path
        found.text = text

    return change


def add(after: str, name: str, text: str) -> Change:
    """Put an element behind the one at ``after``."""

    def change(content: etree._Element) -> None:
        found = content.find(tag(after))
        assert found is not None, after
        added = etree.Element(tag(name))
        added.text = text
        found.addnext(added)

    return change


def drop(path: str) -> Change:
    """Take every element at ``path`` away."""

    def change(content: etree._Element) -> None:
        for found in content.findall(tag(path)):
            found.getparent().remove(found)  # type: ignore[union-attr]  # an element that was found below another has a parent

    return change


def tables_of(catalogue: Catalogue, procedure_id: str, sources: Sequence[Source]) -> dict[str, Table]:
    """The records of applications that follow their form and are mapped without any finding, by the group that has any."""
    procedure = catalogue.procedures[procedure_id]
    versions = {source.content.get("様式版") or "" for source in sources}
    assert [check_form(procedure, version, source.content) for version in versions for source in sources] == [[]] * len(sources)
    mapped = map_batch(procedure, mapping_for(procedure, DAY, form_version=versions.pop()), sources, catalogue=catalogue, day=DAY)
    assert mapped.findings == []
    return {group: table_of(mapped.tables, group) for group, table in mapped.tables.items() if table.application}


def suites_of(catalogue: Catalogue, procedure: str, tables: dict[str, Table]) -> list[tuple[SuiteSpec, Table]]:
    chosen = catalogue.procedures[procedure]
    return [(suite_of(catalogue, chosen, group, version="1", day=DAY), table) for group, table in tables.items()]


def broken_rules(catalogue: Catalogue, procedure: str, source: Source) -> tuple[set[str], set[str]]:
    """Rules that speak up, and those in shadow that only count."""
    broken: dict[bool, set[str]] = {True: set(), False: set()}
    for suite, table in suites_of(catalogue, procedure, tables_of(catalogue, procedure, [source])):
        shadow = {rule_column(rule): rule.status is Status.SHADOW for rule in suite.rules}
        for verdicts in verdict_columns(suite, table):
            if not all(verdicts.passed):
                broken[shadow[verdicts.column]].add(verdicts.column.partition(":")[2])
    return broken[False], broken[True]


def changed_example(catalogue: Catalogue, procedure: str, number: int, changes: Sequence[Change]) -> Source:
    """The procedure's n-th example with the changes made to a copy of it."""
    source = read_examples(catalogue.procedures[procedure])[number - 1].source
    content = deepcopy(source.content)
    for change in changes:
        change(content)
    return Source(1, content, source.header, source.atena)
