"""From specifications to suites (検査定義): items, code lists and rules of a procedure's groups as the values that validation takes."""

from collections.abc import Mapping
from datetime import date
from typing import cast

from mappings.catalogue import Catalogue
from mappings.items import Item
from mappings.procedure import Procedure
from mappings.rules import Rule as Declared
from pipeline.records import Tables
from validation.checks import ItemCheck, ItemType, Rule, Status, SuiteSpec, Table, When, count_children
from vocabulary.findings import Severity

SCHEMES = {"kojinbango": "my_number", "atenabango": "atena", "hojinbango": "corporate"}
WIDE = "Ｎ"


def suite_of(catalogue: Catalogue, procedure: Procedure, group: str, *, version: str, day: date) -> SuiteSpec:
    """The suite of one group: every item by its definition, every rule of ``expectations.yaml`` about the group.

    version: of the specifications, for the report. day: on which codes must be valid.
    """
    items = catalogue.items[procedure.business][group]
    checks = tuple(_item_check(catalogue, item, day) for item in items.values())
    rules = tuple(_rule(declared) for declared in procedure.rules if declared.group == group and declared.rule != "rows")
    main = group == main_group(catalogue, procedure)
    counted = tuple(_row_rule(declared) for declared in procedure.rules if declared.rule == "rows" and main)
    return SuiteSpec(name=f"{procedure.id}.{group}", version=version, items=checks, rules=rules + counted)


def main_group(catalogue: Catalogue, procedure: Procedure) -> str:
    """The group of the application itself: its rows carry the counts of child records."""
    return catalogue.groups_of(procedure)[0]


def table_of(tables: Tables, group: str) -> Table:
    """The rows of a group with how many child rows each application has."""
    table = tables[group]
    plain = {name: Table(application=child.application, columns={}) for name, child in tables.items() if name != group}
    children = {name: count_children(table.application, child) for name, child in plain.items()}
    return Table(application=table.application, columns=table.columns, children=children)


def _item_check(catalogue: Catalogue, item: Item, day: date) -> ItemCheck:
    codes = frozenset(catalogue.codelists[item.code].valid_on(day.isoformat())) if item.code else None
    return ItemCheck(
        item=item.name,
        type="N" if item.type == WIDE else cast("ItemType", item.type),
        length=item.length,
        required="必須" if item.required else "任意",
        codes=codes,
        unknown=item.unknown_day,
    )


def _rule(declared: Declared) -> Rule:
    return Rule(
        id=declared.id,
        kind=declared.rule,
        items=declared.items,
        code=declared.code,
        params=_parameters(declared),
        when=_when(declared),
        severity=Severity(declared.severity),
        status=Status(declared.status),
    )


def _when(declared: Declared) -> tuple[When, ...]:
    return (When(declared.when.item, frozenset(declared.when.values)),) if declared.when else ()


def _parameters(declared: Declared) -> Mapping[str, str | frozenset[str]]:
    if declared.rule in ("in_list", "month_in"):
        return {"values": frozenset(declared.values)}
    if declared.rule == "check_digit":
        return {"scheme": SCHEMES[declared.digit]}
    if declared.rule in ("length", "between"):
        return {"least": str(declared.minimum), "most": str(declared.maximum)}
    return {}


def _row_rule(declared: Declared) -> Rule:
    return Rule(
        id=declared.id,
        kind="min_children",
        items=(declared.group,),
        code=declared.code,
        params={"least": str(declared.minimum)},
        when=_when(declared),
        severity=Severity(declared.severity),
        status=Status(declared.status),
    )
