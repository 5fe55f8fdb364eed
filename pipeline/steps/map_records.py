"""Map (変換): the verified content of applications becomes canonical records, by the mapping that is valid on the day the law names."""

import logging
import re
from collections import defaultdict
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from mappings.additional import map_applications
from mappings.catalogue import mapping_for
from mappings.engine import Mapped, Source
from mappings.mapping import Mapping
from mappings.procedure import Procedure
from pipeline.alarms import raise_alarm
from pipeline.attached_documents import Attached
from pipeline.attached_files import read_attached
from pipeline.filing_day import legal_day
from pipeline.hub import Hub, digest_of
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import canonical
from pipeline.journal.intake_tables import applications, persons
from pipeline.packages import package_of, verified_content
from pipeline.records import Tables, canonical_row, split_tables
from pipeline.residents import register_version
from pipeline.rounds import round_header
from pipeline.steps.worklist import Outcome, Step, judge_safely, pending, record_outcome
from vocabulary.findings import Finding

log = logging.getLogger(__name__)

Work = tuple[Row[Any], str, int]
_ORDINAL = re.compile(r"\[[0-9]+\]")


def map_records(hub: Hub) -> dict[str, int]:
    """Map every identified application, in one batch for each procedure; a batch that fails is mapped one by one."""
    counts = {"done": 0, "held": 0, "waiting": 0}
    by_procedure: dict[str, list[Work]] = defaultdict(list)
    for work in pending(hub, STEP):
        by_procedure[work[0].procedure].append(work)
    for works in by_procedure.values():
        found = map_many(hub, [row for row, _, _ in works])
        for row, inputs, attempt in works:
            outcome = _outcome(hub, row.id, found[row.id]) if row.id in found else judge_safely(hub, STEP, row)
            if record_outcome(hub, STEP, row, inputs=inputs, attempt=attempt, outcome=outcome):
                counts[outcome.name] += 1
    log.info("step_ended", extra={"step": STEP.name, **counts})
    return counts


@dataclass(frozen=True, slots=True)
class Filing:
    """What the mapping made of one application. version: 様式版. tables: its records, empty when none came out."""

    version: str
    findings: tuple[Finding, ...]
    tables: Tables


def map_many(hub: Hub, rows: Sequence[Row[Any]]) -> dict[int, Filing]:
    """The applications of one procedure that could be mapped together; the others are left to be judged alone."""
    groups: dict[tuple[str, date], tuple[Mapping, list[Source]]] = {}
    attached: dict[int, Attached] = {}
    for row in rows:
        try:
            version, mapping, source = source_of(hub, row)
            attached[row.id] = read_attached(hub, row)
        except Exception as error:  # noqa: BLE001  judged alone it is told what it is; its neighbours are mapped meanwhile
            log.info("left_to_be_mapped_alone", extra={"application": row.id, "error": type(error).__name__})
            continue
        groups.setdefault((version, legal_day(hub, row)), (mapping, []))[1].append(source)
    found: dict[int, Filing] = {}
    for (version, day), (mapping, sources) in groups.items():
        procedure = hub.procedure(rows[0].procedure)
        try:
            mapped = map_applications(procedure, mapping, sources, catalogue=hub.catalogue, day=day)
        except Exception as error:  # noqa: BLE001  one of them spoils the batch; judged alone, only that one is held
            log.warning("batch_mapped_one_by_one", extra={"procedure": procedure.id, "error": type(error).__name__})
            continue
        found |= _filings({source.application: attached[source.application] for source in sources}, version, mapped)
    return found


def _judge(hub: Hub, row: Row[Any]) -> Outcome:
    version, mapping, source = source_of(hub, row)
    mapped = map_applications(hub.procedure(row.procedure), mapping, [source], catalogue=hub.catalogue, day=legal_day(hub, row))
    return _outcome(hub, row.id, _filings({row.id: read_attached(hub, row)}, version, mapped)[row.id])


def source_of(hub: Hub, row: Row[Any]) -> tuple[str, Mapping, Source]:
    """Form version, mapping and source of an application, derived from its raw bytes. Raises Refused as at the first opening."""
    package = package_of(hub, row)
    procedure = hub.procedure(row.procedure)
    mapping = mapping_for(procedure, legal_day(hub, row), form_version=package.manifest.form_version, municipality=hub.code)
    people = hub.journal.rows(select(persons.c.role, persons.c.ordinal, persons.c.atena).where(persons.c.application == row.id))
    atena = {(person.role, person.ordinal): person.atena for person in people if person.atena}
    content = verified_content(hub, row, package)
    header = header_of(hub, row, procedure) | round_header(hub, row, mapping, content)
    source = Source(application=row.id, content=content, header=header, atena=atena)
    return package.manifest.form_version, mapping, source


def header_of(hub: Hub, row: Row[Any], procedure: Procedure) -> dict[str, str]:
    """Facts of the filing that every record may carry, by item name."""
    return {
        "uketsukebango": row.receipt,
        "shujubango": f"{row.filing_year}-{row.filing_number}",
        "shujunengappi": row.filed_on,
        "shinseinengappi": legal_day(hub, row).isoformat(),
        "todatsunengappi": datetime.fromisoformat(row.arrived_at).date().isoformat(),
        "shikuchosonkodo": hub.code,
        "tetsuzukiid": procedure.portal_id,
    }


def _filings(attached: Lookup[int, Attached], version: str, mapped: Mapped) -> dict[int, Filing]:
    """What was mapped, by application, in one pass over the batch; the records of attached documents lie beside the application's."""
    found, tables = mapped.findings_of(), split_tables(mapped.tables)
    return {
        one: Filing(version, (*found.get(one, ()), *told), tables[one] | beside if one in tables else {})
        for one, (beside, told) in attached.items()
    }


def _outcome(hub: Hub, application: int, filing: Filing) -> Outcome:
    found = filing.findings
    if Outcome(findings=found).stopping is not None:
        return Outcome(findings=found)
    if not filing.tables:
        return Outcome(findings=(*found, Finding("MAP_VALUE", where="records", detail="no record came out of the mapping")))

    def record(write: Write) -> None:
        write.execute(canonical.delete().where(canonical.c.application == application))
        write.insert_many(canonical, [canonical_row(hub, application, filing.version, filing.tables)])
        _tell_of_items(hub, write, application, filing)

    return Outcome(findings=found, record=record)


def _tell_of_items(hub: Hub, write: Write, application: int, filing: Filing) -> None:
    """One alarm for each element that nothing declares, however many applications bring it."""
    elements = sorted({_ORDINAL.sub("", finding.where) for finding in filing.findings if finding.code == "MAP_ADDITIONAL"})
    if not elements:
        return
    name = write.read(select(applications.c.procedure).where(applications.c.id == application)).scalar_one()
    for element in elements:
        raise_alarm(hub, write, kind="MAP_ADDITIONAL", subject=f"{hub.procedure(name).form_id}/{filing.version}: {element}")


def _inputs(hub: Hub, row: Row[Any]) -> str:
    return digest_of("map", row.digest, hub.specification_version(row.procedure), register_version(hub), legal_day(hub, row))


STEP = Step(name="map", reached="mapped", inputs=_inputs, judge=_judge)
