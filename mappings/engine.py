"""The mapping engine (対応付け): one walk over each 申請内容 fills rows, columns are transformed at once, leftovers are said."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lxml import etree

from mappings.catalogue import Catalogue
from mappings.collector import collector_paused
from mappings.gathered import Gathered, Rows
from mappings.mapping import Mapping
from mappings.plan import FieldPlan, Plan, RecordPlan
from mappings.procedure import Procedure
from mappings.records import Column, Table
from mappings.transforms import apply_steps
from mappings.walk import walk
from vocabulary.findings import Finding


@dataclass(frozen=True, slots=True)
class Source:
    """One application.

    content: the verified 申請内容. header: facts of the filing by item name. atena: 宛名番号 by (role, ordinal from 1).
    """

    application: int
    content: etree._Element
    header: Lookup[str, str]
    atena: Lookup[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Mapped:
    """Tables by group, and (application, finding) pairs. An application with a refused value has no row in any table."""

    tables: dict[str, Table]
    findings: list[tuple[int, Finding]]

    def findings_of(self) -> dict[int, tuple[Finding, ...]]:
        """The findings of each application that has any, in their order."""
        found: dict[int, list[Finding]] = {}
        for application, finding in self.findings:
            found.setdefault(application, []).append(finding)
        return {application: tuple(ones) for application, ones in found.items()}


def map_batch(procedure: Procedure, mapping: Mapping, sources: Sequence[Source], *, catalogue: Catalogue, day: date) -> Mapped:
    """Map applications of one procedure and form version. day: the day on which code lists are looked up.

    Findings: MAP_LEFTOVER (the rows stay), MAP_VALUE and MAP_CODE (all rows of the application are withdrawn, children with their parent).
    """
    plan = catalogue.plan(procedure, mapping, day)
    rows, leftovers = walk(plan, [source.content for source in sources])
    names = {field.source.header for record in plan.records for field in record.fields if field.source.header}
    header: dict[str, Column] = {name: [source.header[name] for source in sources] for name in names}
    applications = [source.application for source in sources]
    return fill(plan, Gathered(applications, header, [source.atena for source in sources], rows, leftovers))


@collector_paused()
def fill(plan: Plan, gathered: Gathered) -> Mapped:
    """Canonical columns of a gathered batch. Findings as ``map_batch``."""
    applications = gathered.applications
    findings = [(applications[owner], Finding("MAP_LEFTOVER", where=place)) for owner, place in gathered.leftovers]
    withdrawn: set[int] = set()
    tables: dict[str, Table] = {}
    for record, rows in zip(plan.records, gathered.rows, strict=True):
        columns, refused = _fill(record, rows, gathered)
        owners = [applications[owner] for owner in rows.owner]
        tables[record.group] = Table(owners, list(rows.ordinal), columns)
        withdrawn |= {owners[row] for row, _ in refused}
        findings += [(owners[row], finding) for row, finding in refused]
    return Mapped({group: table.without(withdrawn) for group, table in tables.items()}, findings)


def _fill(record: RecordPlan, rows: Rows, gathered: Gathered) -> tuple[dict[str, Column], list[tuple[int, Finding]]]:
    """Columns of a group by item name, and (row, finding) for each refused value."""
    refused: list[tuple[int, Finding]] = []
    filled: dict[str, Column] = {}
    for plan in record.fields:
        given = [rows.columns[slot] for slot in plan.slots] or [_given(plan, record, rows, gathered)]
        changed = apply_steps(plan.steps, given)
        filled[plan.name] = changed.values
        refused += [(row, _refusal(record, rows, plan, row, code)) for row, code in changed.refused.items()]
    return {name: filled.get(name) or [None] * len(rows.owner) for name in record.columns}, refused


def _given(plan: FieldPlan, record: RecordPlan, rows: Rows, gathered: Gathered) -> Column:
    """The column of an item that does not come from the document."""
    source = plan.source
    if source.header:
        fact = gathered.header[source.header]
        return [fact[owner] or None for owner in rows.owner]
    if source.own_ordinal:
        return [str(ordinal) for ordinal in rows.ordinal]
    if source.person:
        if source.person == record.role:
            return [gathered.atena[owner].get((record.role, ordinal)) for owner, ordinal in zip(rows.owner, rows.ordinal, strict=True)]
        person = (source.person, source.ordinal or 1)
        return [gathered.atena[owner].get(person) for owner in rows.owner]
    return [source.value] * len(rows.owner)


def _refusal(record: RecordPlan, rows: Rows, plan: FieldPlan, row: int, code: str) -> Finding:
    path = plan.source.path[0] if plan.source.path else plan.source.header or plan.name
    where = path if record.at == "." else f"{record.at}[{rows.ordinal[row]}]/{path}"
    return Finding(code, where=where, detail=f"{record.group}.{plan.name}")
