"""Values of an evidence bundle (証拠一式の値): form, records, 審査票 and reasons, for one person concerned; third persons are masked."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from mappings.catalogue import mapping_for
from mappings.mapping import FieldMap, RecordMap
from mappings.mapping import Mapping as FormMapping
from mappings.procedure import Procedure
from mappings.records import Table
from pipeline.act_cases import Case
from pipeline.acts import acts_of
from pipeline.case_sheets import sheet_of
from pipeline.errors import SettingError
from pipeline.filing_day import legal_day
from pipeline.finding_places import role_title
from pipeline.hub import Hub
from pipeline.journal.intake_tables import persons, verifications
from pipeline.masked_form import MASK, Masking, Place, form_values, masking_of, numbered
from pipeline.packages import package_of, verified_content
from pipeline.records import load_tables
from pipeline.residents import by_atena
from pipeline.steps.verify import signer_context


def person_concerned(hub: Hub, row: Case, given: str) -> Place:
    """ROLE or ROLE.ORDINAL as role and number; without it the one who files. Raises SettingError for a person the form does not name."""
    name, _, ordinal = (given or hub.procedure(row.procedure).filer).partition(".")
    known = hub.journal.rows(select(persons.c.role, persons.c.ordinal).where(persons.c.application == row.id))
    places = sorted((one.role, one.ordinal) for one in known)
    meant = next((place for place in places if (name, ordinal or "1") == (place[0], str(place[1]))), None)
    if meant is None:
        named = ", ".join(f"{role}.{number}" for role, number in places) or "nobody yet; the form was not read"
        raise SettingError(f"--person {given or name}: the application names no such person", f"it names {named}")
    return meant


def values_of(hub: Hub, row: Case, concerned: Place) -> bytes:
    """JSON of the values. Raises EvidenceBroken when the stored package is not what was verified."""
    procedure, package = hub.procedure(row.procedure), package_of(hub, row)
    content = verified_content(hub, row, package)
    masking = masking_of(procedure, content, concerned, _known_of_others(hub, row, concerned))
    mapping = mapping_for(procedure, legal_day(hub, row), form_version=package.manifest.form_version, municipality=hub.code)
    title = role_title(procedure, *concerned)
    found = {
        "person": f"{concerned[0]}.{concerned[1]}",
        "form": form_values(content, masking),
        "records": dict(_records(hub, row, _Groups(procedure, mapping, masking, concerned))),
        "sheet": _sheet(json.loads(json.dumps(sheet_of(hub, row, package).data())), title, masking),
        "reasons": [{"act": act.id, "reason": masking.text(act.reason)} for act in acts_of(hub, row.id)],
    }
    return json.dumps(found, ensure_ascii=False).encode()


def _known_of_others(hub: Hub, row: Case, concerned: Place) -> Iterator[str]:
    """What register and certificate say of third persons."""
    procedure = hub.procedure(row.procedure)
    people = hub.journal.rows(select(persons).where(persons.c.application == row.id))
    mine = next((one.atena for one in people if (one.role, one.ordinal) == concerned), None)
    own = by_atena(hub, mine) if mine else None
    kept = {own.name, own.kana, own.address, own.building} if own else set()
    for one in people:
        resident = by_atena(hub, one.atena) if one.atena and one.atena != mine else None
        if resident:
            said = (resident.name, resident.kana, resident.birth, resident.address, one.atena)
            yield from (str(text) for text in said if text and text not in kept)
    if (procedure.signature.signer, 1) != concerned:
        signer = hub.journal.scalar(select(verifications.c.signer).where(verifications.c.application == row.id))
        if signer:
            values = json.loads(hub.sealing.unseal_text(signer, context=signer_context(hub.code, row.id)))
            yield from (str(values[key]) for key in ("name", "birth", "address") if values.get(key) and values[key] not in kept)


class _Groups:
    """Which cells of canonical records are about whom, told by the mapping that made them."""

    def __init__(self, procedure: Procedure, mapping: FormMapping, masking: Masking, concerned: Place) -> None:
        self._records = {record.group: record for record in mapping.records}
        self._procedure, self._masking, self._concerned = procedure, masking, concerned

    def cell(self, group: str, item: str, ordinal: int, value: str) -> str:
        """The value of an item in the ``ordinal``-th record of its group, masked unless it is known to tell of nobody else."""
        record = self._records.get(group)
        field = record.fields.get(item) if record else None
        if record is None or field is None or "kojinbango" in item or self._is_hidden(record, field, ordinal):
            return MASK
        return self._masking.text(value)

    def _is_hidden(self, record: RecordMap, field: FieldMap, ordinal: int) -> bool:
        if field.person:
            its_own = self._procedure.role(field.person).path == record.at
            return (field.person, field.ordinal or (ordinal if its_own else 1)) != self._concerned
        base = "" if record.at == "." else f"{numbered(record.at, ordinal)}/"
        return any(self._masking.hides(base + numbered(path.partition("/@")[0])) for path in field.path)


def _records(hub: Hub, row: Case, groups: _Groups) -> Iterator[tuple[str, list[dict[str, str | None]]]]:
    for group, table in load_tables(hub, [row.id]).get(row.id, {}).items():
        yield group, [_record(groups, group, table, place) for place in range(len(table.ordinal))]


def _record(groups: _Groups, group: str, table: Table, place: int) -> dict[str, str | None]:
    cells = {name: column[place] for name, column in table.columns.items()}
    return {name: groups.cell(group, name, table.ordinal[place], cell) if cell else cell for name, cell in cells.items()}


PERSONAL = ("name", "kana", "birth", "atenabango", "form", "certificate", "register")


def _sheet(data: dict[str, Any], title: str, masking: Masking) -> dict[str, Any]:
    """The sheet; rows of people and comparisons keep their values for the person concerned only."""
    for name in ("people", "comparisons"):
        for one in data[name]:
            if one["role"] != title:
                one |= {key: MASK for key in PERSONAL if one.get(key)}
    return {name: _masked(value, masking) for name, value in data.items()}


def _masked(value: Any, masking: Masking) -> Any:  # noqa: ANN401  JSON of any shape
    if isinstance(value, str):
        return masking.text(value)
    if isinstance(value, list):
        return [_masked(one, masking) for one in value]
    if isinstance(value, dict):
        return {key: _masked(one, masking) for key, one in value.items()}
    return value
