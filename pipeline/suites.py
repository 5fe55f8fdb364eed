"""From specifications to suites (検査定義): items, code lists and rules of a procedure's groups as the values that validation takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from mappings.catalogue import Catalogue
from mappings.items import Item, is_number
from mappings.layouts import Format
from mappings.procedure import Procedure
from mappings.records import Table as Rows
from mappings.rules import Rule as Declared
from pipeline.records import Tables
from validation.checks import ItemCheck, ItemType, Part, Rule, Status, SuiteSpec, Table, When, count_children
from vocabulary.findings import Severity

SCHEMES = {"kojinbango": "my_number", "atenabango": "atena", "hojinbango": "corporate"}
WIDE = "Ｎ"
BOUNDED = ("length", "between", "age_at", "school_year", "days_between")
"""Kinds with a least and a most."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a municipality's choices mean for a suite.

    version: of the specifications, for the report. day: on which codes must be valid. switches: as the municipality has set them,
    None for the usual way. targets: formats of the procedure's destinations, for what must be encodable.
    """

    version: str
    day: date
    switches: Mapping[str, bool] | None = None
    targets: Sequence[Format] = ()


def suite_name(procedure: Procedure, version: str) -> str:
    """One suite for each procedure and version: ``<procedure>@<version>``."""
    return f"{procedure.id}@{version}"


def parts_of(catalogue: Catalogue, procedure: Procedure, tables: Tables, setting: Setting) -> list[Part]:
    """What one batch of a procedure asks of its records: every group that has rows, the applications' own first."""

    def checks(group: str) -> SuiteSpec:
        version, day, switches, targets = setting.version, setting.day, setting.switches, setting.targets
        return suite_of(catalogue, procedure, group, version=version, day=day, switches=switches, targets=targets)

    return [Part(checks(group), table_of(tables, group)) for group, table in tables.items() if table.application]


def suite_of(
    catalogue: Catalogue,
    procedure: Procedure,
    group: str,
    *,
    version: str,
    day: date,
    switches: Mapping[str, bool] | None = None,
    targets: Sequence[Format] = (),
) -> SuiteSpec:
    """The checks of one group: every item by its definition, every rule of ``expectations.yaml`` about the group.

    The arguments are those of ``Setting``; a rule that depends on a switch set otherwise is left out, and so is one about characters
    where no target lacks any.
    """
    items = catalogue.items[procedure.business][group]
    checks = tuple(_item_check(catalogue, item, day) for item in items.values())
    set_so = switches or procedure.usual_switches
    in_force = [declared for declared in procedure.rules if declared.is_in_force(set_so) and not declared.is_across]
    narrow = [target for target in targets if target.encoding.codes is not None]
    here = [declared for declared in in_force if declared.group == group and declared.rule != "rows"]
    rules = tuple(_rule(declared, narrow) for declared in here if declared.rule != "encodable" or narrow)
    main = group == main_group(catalogue, procedure)
    counted = tuple(_row_rule(declared) for declared in in_force if declared.rule == "rows" and main)
    return SuiteSpec(name=f"{procedure.id}.{group}", version=version, items=checks, rules=rules + counted, group=group)


def main_group(catalogue: Catalogue, procedure: Procedure) -> str:
    """The group of the application itself: its rows carry the counts of child records."""
    return catalogue.groups_of(procedure)[0]


def table_of(tables: Tables, group: str) -> Table:
    """The rows of a group with how many child rows each application has; a child row also shows the items of its application's own."""
    table = tables[group]
    plain = {name: Table(application=child.application, columns={}) for name, child in tables.items() if name != group}
    children = {name: count_children(table.application, child) for name, child in plain.items()}
    return Table(application=table.application, columns=_with_own_items(tables, table), children=children)


def _with_own_items(tables: Tables, table: Rows) -> Mapping[str, list[str | None]]:
    """The columns of a group, and of the application's own record those that the group lacks: a condition may look at them."""
    own = next(iter(tables.values()))
    if own is table:
        return table.columns
    place = {application: row for row, application in enumerate(own.application)}
    rows = [place[application] for application in table.application]
    return {name: [column[row] for row in rows] for name, column in own.columns.items() if name not in table.columns} | table.columns


def _item_check(catalogue: Catalogue, item: Item, day: date) -> ItemCheck:
    codes = frozenset(catalogue.codelists[item.code].valid_on(day.isoformat())) if item.code else None
    return ItemCheck(
        item=item.name,
        type="N" if item.type == WIDE else cast("ItemType", item.type),
        length=item.length,
        required="必須" if item.required else "任意",
        codes=codes,
        unknown=item.unknown_day,
        secret=is_number(item.name),
    )


def _rule(declared: Declared, narrow: Sequence[Format]) -> Rule:
    return Rule(
        id=declared.id,
        kind=declared.rule,
        items=declared.items,
        code=declared.code,
        params=_parameters(declared, narrow),
        when=_when(declared),
        severity=Severity(declared.severity),
        status=Status(declared.status),
        secret=declared.digit == "kojinbango" or any(map(is_number, declared.items)),
    )


def _when(declared: Declared) -> tuple[When, ...]:
    return (When(declared.when.item, frozenset(declared.when.values)),) if declared.when else ()


def _parameters(declared: Declared, narrow: Sequence[Format]) -> Mapping[str, str | frozenset[str]]:
    if declared.rule in ("in_list", "month_in"):
        return {"values": frozenset(declared.values)}
    if declared.rule == "check_digit":
        return {"scheme": SCHEMES[declared.digit]}
    if declared.rule == "kana":
        return {"width": declared.width}
    if declared.rule == "encodable":
        replaced = (frozenset(target.substitutions.single) for target in narrow)
        return {"encoding": narrow[0].encoding.codec, "substituted": "".join(map(chr, sorted(frozenset.intersection(*replaced))))}
    if declared.rule in BOUNDED:
        return {"least": str(declared.minimum), "most": str(declared.maximum)}
    return {}


def _row_rule(declared: Declared) -> Rule:
    return Rule(
        id=declared.id,
        kind="children",
        items=(declared.group,),
        code=declared.code,
        params={"least": str(declared.minimum), "most": str(declared.maximum)},
        when=_when(declared),
        severity=Severity(declared.severity),
        status=Status(declared.status),
    )
