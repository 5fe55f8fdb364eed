"""Answers to additional items (追加項目の回答): what a municipality's own questions brought, declared or not, beside the mapping."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from lxml import etree

from mappings.catalogue import Catalogue
from mappings.engine import Mapped, Source, map_batch
from mappings.form import unknown_elements
from mappings.mapping import Mapping
from mappings.overlays import Overlay, Question
from mappings.places import NAMESPACE, place_of
from mappings.procedure import Procedure
from mappings.records import Column, Table
from vocabulary.dates import read_date
from vocabulary.findings import Finding, Severity
from vocabulary.widths import to_full


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a resident. of: element that it is about (``児童[2]``), empty for the application. title: the question in words."""

    of: str
    title: str
    code: str = field(repr=False)
    words: str = field(repr=False)
    question: Question | None


def map_applications(procedure: Procedure, mapping: Mapping, sources: Sequence[Source], *, catalogue: Catalogue, day: date) -> Mapped:
    """Map as the engine does, with the answers to the municipality's questions as records of their own.

    An element that nothing declares is the alert MAP_ADDITIONAL where the procedure takes such elements, else MAP_LEFTOVER as any other.
    """
    mapped = map_batch(procedure, mapping, sources, catalogue=catalogue, day=day)
    findings = [(application, _said(procedure, finding)) for application, finding in mapped.findings]
    overlay = procedure.version_of(mapping)[1]
    if overlay is None or not overlay.group:
        return Mapped(mapped.tables, findings)
    whole = set(mapped.tables[mapping.records[0].group].application)
    read = [(source, list(_recorded(overlay, source.content))) for source in sources]
    refused = {source.application: bad for source, answers in read if (bad := [one for one in answers if _refused(one)])}
    findings += [(application, _refusal(overlay, answer)) for application, bad in refused.items() for answer in bad]
    kept = [(source, answers) for source, answers in read if source.application in whole and source.application not in refused]
    tables = {group: table.without(refused.keys()) for group, table in mapped.tables.items()}
    return Mapped({**tables, overlay.group: _table(procedure, kept)}, findings)


def answers(procedure: Procedure, mapping: Mapping, content: etree._Element) -> list[Answer]:
    """All additional answers of a form in their order: those that the overlay declares, then those that nothing declares."""
    overlay = procedure.version_of(mapping)[1]
    declared = [] if overlay is None else list(_declared(overlay, content))
    unknown = unknown_elements(procedure, mapping, content) if procedure.additional_items == "alert" else ()
    return declared + [Answer("", place_of(one, content), "", _text(one), None) for one in unknown]


def _said(procedure: Procedure, finding: Finding) -> Finding:
    """An unforeseen attribute or piece of text is never an item that somebody added to the form."""
    element = finding.code == "MAP_LEFTOVER" and not finding.where.rpartition("/")[2].startswith(("@", "text()"))
    if procedure.additional_items == "alert" and element:
        return replace(finding, code="MAP_ADDITIONAL", severity=Severity.ALERT)
    return finding


def _declared(overlay: Overlay, content: etree._Element) -> Iterator[Answer]:
    for question in overlay.questions:
        for element in content.iterfind("/".join(f"{{{NAMESPACE}}}{part}" for part in question.path.split("/"))):
            parent = element.getparent()
            of = "" if parent is None else place_of(parent, content)
            yield Answer(of, question.title, *_code_and_words(question, _text(element)), question)


def _recorded(overlay: Overlay, content: etree._Element) -> Iterator[Answer]:
    return (answer for answer in _declared(overlay, content) if answer.question is not None and not answer.question.item)


def _code_and_words(question: Question, text: str) -> tuple[str, str]:
    if question.type == "choice":
        return text, question.values.get(text, "")
    if question.type == "number":
        return text, text
    if question.type == "date":
        found = read_date(text)
        return (found.iso if found is not None and found.exact is not None else ""), text
    return "", text


def _refused(answer: Answer) -> bool:
    """A day that is none. The other types are the schema's business."""
    return answer.question is not None and answer.question.type == "date" and not answer.code


def _refusal(overlay: Overlay, answer: Answer) -> Finding:
    where = answer.question.path if answer.question is not None else ""
    return Finding("MAP_VALUE", where=where, detail=f"{overlay.group}.kaito")


def _text(element: etree._Element) -> str:
    return " ".join(" ".join(str(part) for part in element.itertext()).split())


def _table(procedure: Procedure, read: Sequence[tuple[Source, Sequence[Answer]]]) -> Table:
    rows = [(source, ordinal, one) for source, found in read for ordinal, one in enumerate(found, start=1)]
    filers = [(procedure.filer, 1), (procedure.signature.signer, 1)]
    columns: dict[str, Column] = {
        "uketsukebango": [source.header["uketsukebango"] for source, _, _ in rows],
        "renban": [str(ordinal) for _, ordinal, _ in rows],
        "shinseisha_atenabango": [next(filter(None, map(source.atena.get, filers)), None) for source, _, _ in rows],
        "taisho": [to_full(one.of) or None for _, _, one in rows],
        "shitsumon": [to_full(one.title) for _, _, one in rows],
        "kaitokodo": [one.code or None for _, _, one in rows],
        "kaito": [to_full(one.words) or None for _, _, one in rows],
    }
    return Table([source.application for source, _, _ in rows], [ordinal for _, ordinal, _ in rows], columns)

