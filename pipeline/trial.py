"""A trial (試し変換): one application through map and check, with nothing stored and no root; persons stand in by placeholder numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from lxml import etree

from connectors.package import open_package
from connectors.signature import check_shape
from connectors.xml_door import canonical, parse_xml
from mappings.additional import map_applications
from mappings.catalogue import Catalogue, mapping_for
from mappings.engine import Source
from mappings.form import check_form, read_people
from mappings.layouts import Format
from mappings.places import NAMESPACE
from mappings.procedure import EARLIER_ITEM, ROUND_ITEM, Procedure
from mappings.records import Context, Table, Written
from mappings.release import write as lay_out
from pipeline.attached_documents import AttachedFile, Desk, NamedPerson, read_files
from pipeline.suites import Setting, parts_of, suite_name
from validation.runner import check_batch
from vocabulary.check_digits import issue_ledger_number
from vocabulary.findings import Finding, refuse

APPLICATION = 1
PLACEHOLDER_RECEIPT = "00000000-00000000"
_FIRST_PLACEHOLDER = 99_999_990_000_000


@dataclass(frozen=True, slots=True)
class Input:
    """An application read from a file. form: 様式ID. day: the legal day that it would have. signed: None when the file can carry none."""

    content: etree._Element
    form: str
    version: str
    receipt: str
    municipality: str
    day: date
    signed: bool | None
    files: tuple[AttachedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What map and check make of an application. written: by format; one that refuses the application has none. context: of the files."""

    tables: Mapping[str, Table]
    findings: tuple[tuple[str, Finding], ...]
    written: Mapping[str, Written]
    context: Context


def read_input(data: bytes, *, municipality: str, today: date) -> Input:
    """The application of a ZIP, of an application.xml or of a 申請内容. Certificates are not judged. Raises Refused."""
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        package = open_package(data)
        signed = check_shape(package.application)
        manifest = package.manifest
        return Input(
            content=_plain(parse_xml(package.application)[0]),
            form=manifest.form_id,
            version=manifest.form_version,
            receipt=manifest.receipt,
            municipality=manifest.municipality,
            day=manifest.arrived_at.date(),
            signed=signed,
            files=tuple(AttachedFile(one.document, one.file, one.data) for one in package.attachments),
        )
    root = parse_xml(data)
    whole = root.tag == f"{{{NAMESPACE}}}申請パッケージ"
    content = _plain(root[0] if whole else root)
    return Input(
        content=content,
        form=content.get("様式ID") or "",
        version=content.get("様式版") or "",
        receipt=PLACEHOLDER_RECEIPT,
        municipality=municipality,
        day=_written_day(content) or today,
        signed=check_shape(data) if whole else None,
    )


def _plain(content: etree._Element) -> etree._Element:
    if content.tag != f"{{{NAMESPACE}}}申請内容":
        raise refuse("XML_SCHEMA", "document", "the root is neither 申請パッケージ nor 申請内容")
    return parse_xml(canonical(content))


def _written_day(content: etree._Element) -> date | None:
    try:
        return date.fromisoformat(content.findtext(f"{{{NAMESPACE}}}申請日") or "")
    except ValueError:
        return None


def formats_of(catalogue: Catalogue, procedure: Procedure) -> list[Format]:
    """The formats that can lay out everything that the procedure's mappings write."""
    groups = set(catalogue.groups_of(procedure))
    return [format_ for format_ in catalogue.formats.values() if groups <= set(format_.columns)]


def try_application(catalogue: Catalogue, procedure: Procedure, given: Input, formats: Sequence[Format], *, today: date) -> Trial:
    """Form, mapping, suites and layouts, in the order of intake; what stops it ends the trial with its findings.

    Raises Refused for a form version without a mapping.
    """
    context = Context(given.municipality, procedure.business, procedure.short, today, 1)
    problems = check_form(procedure, given.version, given.content, municipality=given.municipality)
    if problems:
        return Trial({}, tuple(("form", finding) for finding in problems), {}, context)
    placeholders = _placeholders(procedure, given.content)
    mapping = mapping_for(procedure, given.day, form_version=given.version, municipality=given.municipality)
    source = Source(APPLICATION, given.content, _header(procedure, given, today), placeholders)
    mapped = map_applications(procedure, mapping, [source], catalogue=catalogue, day=given.day)
    beside, told = read_files(_desk(catalogue, procedure, given, placeholders), given.files)
    tables = {group: table for group, table in (mapped.tables | beside).items() if table.application}
    findings = [("map", finding) for finding in (*(finding for _, finding in mapped.findings), *told)]
    findings += [("check", finding) for finding in _check(catalogue, procedure, mapped.tables | beside, today)]
    written = {format_.id: lay_out(format_, tables, context) for format_ in formats if tables}
    findings += [(name, finding) for name, result in written.items() for _, finding in result.refused]
    return Trial(tables, tuple(findings), written, context)


def _placeholders(procedure: Procedure, content: etree._Element) -> dict[tuple[str, int], str]:
    numbers = _numbers()
    return {(claim.role, claim.ordinal): next(numbers) for claim in read_people(procedure, content)}


def _desk(catalogue: Catalogue, procedure: Procedure, given: Input, placeholders: Mapping[tuple[str, int], str]) -> Desk:
    """What reading the attached documents needs."""
    claims = read_people(procedure, given.content)
    people = [NamedPerson(one.role, placeholders[one.role, one.ordinal], one.name, one.kana, one.birth) for one in claims]
    return Desk(catalogue, procedure, APPLICATION, given.receipt, given.day.isoformat(), people)


def _numbers() -> Iterator[str]:
    for serial in count(_FIRST_PLACEHOLDER):
        number = issue_ledger_number(serial)
        if number is not None:
            yield number


def _header(procedure: Procedure, given: Input, today: date) -> dict[str, str]:
    return {
        "uketsukebango": given.receipt,
        "shujubango": f"{today.year}-0",
        "shujunengappi": today.isoformat(),
        "shinseinengappi": given.day.isoformat(),
        "todatsunengappi": given.day.isoformat(),
        "shikuchosonkodo": given.municipality,
        "tetsuzukiid": procedure.portal_id,
        ROUND_ITEM: "",
        EARLIER_ITEM: "",
    }


def _check(catalogue: Catalogue, procedure: Procedure, tables: Mapping[str, Table], today: date) -> list[Finding]:
    """Every group that has rows; the others are counted, as none."""
    parts = parts_of(catalogue, procedure, dict(tables), Setting("trial", today))
    return [finding for _, finding in check_batch(suite_name(procedure, "trial"), "trial", parts).findings]
