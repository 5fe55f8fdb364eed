"""Examples of a procedure (記入例): inputs with the records that must come of them. They run before anything else trusts the mapping.

``NN.application.xml`` is a 申請内容, ``NN.header.json`` holds ``day``, ``header`` and ``atena`` (``{"child/1": …}``),
``NN.expected/<group>.csv`` the records as the standard CSV has them; a group without records has no file.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lxml import etree

from mappings.catalogue import Catalogue, mapping_for
from mappings.engine import Mapped, Source, map_batch
from mappings.form import check_form
from mappings.procedure import Procedure
from mappings.records import Context
from mappings.release import write
from mappings.yaml_door import SpecError

STANDARD = "standard-csv"


@dataclass(frozen=True, slots=True)
class Example:
    """One example. expected: bytes of each group's file by group."""

    name: str
    version: str
    day: date
    source: Source
    expected: dict[str, bytes]


def read_examples(procedure: Procedure) -> tuple[Example, ...]:
    """All examples of the procedure. Raises SpecError when there are fewer than two or one is incomplete."""
    folder = procedure.folder / "examples"
    examples = tuple(_read(path) for path in sorted(folder.glob("*.application.xml")))
    if len(examples) < 2:
        raise SpecError(file=folder, key="", problem=f"{procedure.id} has {len(examples)} examples", allowed="at least 2")
    return examples


def check_examples(procedure: Procedure, catalogue: Catalogue) -> list[str]:
    """What is wrong with the procedure's examples, one English line each; empty when all hold. Raises SpecError."""
    faults = ((example.name, fault) for example in read_examples(procedure) for fault in _faults(procedure, example, catalogue))
    return [f"{procedure.id} {name}: {fault}" for name, fault in faults]


def map_example(procedure: Procedure, example: Example, catalogue: Catalogue) -> Mapped:
    """Map the example with the mapping of its form version and day."""
    mapping = mapping_for(procedure, example.day, form_version=example.version)
    return map_batch(procedure, mapping, [example.source], catalogue=catalogue, day=example.day)


def written_example(procedure: Procedure, example: Example, catalogue: Catalogue) -> dict[str, bytes]:
    """The standard CSV of each group that has records."""
    context = Context(municipality="000000", business=procedure.business, procedure=procedure.short, day=example.day, sequence=1)
    written = write(catalogue.formats[STANDARD], map_example(procedure, example, catalogue).tables, context)
    return {file.group or "": file.data for file in written.files}


def _read(path: Path) -> Example:
    name = path.name.split(".")[0]
    facts_path = path.with_name(f"{name}.header.json")
    try:
        facts = json.loads(facts_path.read_text(encoding="utf-8"))
        atena = {(role, int(ordinal)): number for key, number in facts["atena"].items() for role, ordinal in [key.split("/")]}
        day, header = date.fromisoformat(facts["day"]), facts["header"]
    except (OSError, ValueError, KeyError) as error:
        allowed = "day, header, atena {role/ordinal: number}"
        raise SpecError(file=facts_path, key="", problem=type(error).__name__, allowed=allowed) from None
    content = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    expected = {file.stem: file.read_bytes() for file in sorted(path.with_name(f"{name}.expected").glob("*.csv"))}
    return Example(name, content.get("様式版") or "", day, Source(1, content, header, atena), expected)


def _faults(procedure: Procedure, example: Example, catalogue: Catalogue) -> Iterator[str]:
    for finding in check_form(procedure, example.version, example.source.content):
        yield f"{finding.code} at {finding.where}"
    for _, finding in map_example(procedure, example, catalogue).findings:
        yield f"{finding.code} at {finding.where} ({finding.detail})"
    written = written_example(procedure, example, catalogue)
    for group in sorted(written.keys() | example.expected.keys()):
        if written.get(group) != example.expected.get(group):
            yield f"records of {group} differ from the expected ones"
