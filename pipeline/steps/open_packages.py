"""Open (開封): container, manifest, XML door, attachments by content, scanner gate. Nothing is believed about the content yet."""

import hashlib
from typing import Any

from sqlalchemy import Row, select

from connectors.package import Package
from connectors.xml_door import parse_xml
from mappings.procedure import Procedure
from pipeline.alarms import raise_alarm
from pipeline.hub import Hub, digest_of
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import applications, documents, parts
from pipeline.packages import package_of
from pipeline.parked_forms import draft_parked, drafts_of
from pipeline.steps.worklist import Outcome, Step, run_step
from vocabulary.findings import Finding, Severity, refuse

WAYS = {"郵送": "post", "来所": "visit"}


def open_packages(hub: Hub) -> dict[str, int]:
    """Open every stored application; for parked groups, draft what a new form version needs."""
    counts = run_step(hub, STEP)
    draft_parked(hub)
    return counts


def _inputs(hub: Hub, row: Row[Any]) -> str:
    procedure = hub.procedure(row.procedure)
    return digest_of("open", row.digest, *sorted(procedure.forms), hub.municipality.scanner.kind)


def _judge(hub: Hub, row: Row[Any]) -> Outcome:
    if _is_conflict(hub, row):
        raise refuse("RECEIPT_CONFLICT", "package")
    package = package_of(hub, row)
    procedure = hub.procedure(row.procedure)
    _compare_with_listing(hub, row, package, procedure)
    if package.manifest.form_version not in procedure.forms:
        return _park(hub, procedure, package.manifest.form_version)
    parse_xml(package.application)
    cleaned = _scan(hub, row, package)

    def record(write: Write) -> None:
        for table in (parts, documents):
            write.execute(table.delete().where(table.c.application == row.id))
        write.insert_many(parts, _part_rows(row.id, package, cleaned))
        write.insert_many(documents, ledger)

    ledger = _document_rows(row.id, package, procedure)
    owed = (Finding("DOCUMENT_OWED", where=entry["document"], severity=Severity.INFO) for entry in ledger if entry["state"] == "owed")
    return Outcome(findings=tuple(owed), record=record, marks={"previous_receipt": package.manifest.previous_receipt})


def _is_conflict(hub: Hub, row: Row[Any]) -> bool:
    earlier = select(applications.c.id).where(
        applications.c.municipality == hub.code, applications.c.receipt == row.receipt, applications.c.id < row.id
    )
    return hub.journal.scalar(earlier) is not None


def _compare_with_listing(hub: Hub, row: Row[Any], package: Package, procedure: Procedure) -> None:
    manifest = package.manifest
    if manifest.receipt != row.receipt:
        raise refuse("PACKAGE_RECEIPT", "manifest")
    if manifest.municipality != hub.code:
        raise refuse("PACKAGE_MUNICIPALITY", "manifest")
    if (manifest.portal_procedure, manifest.form_id) != (procedure.portal_id, procedure.form_id):
        raise refuse("PACKAGE_MANIFEST", "manifest", "procedure or form differ from the listed procedure")


def _park(hub: Hub, procedure: Procedure, version: str) -> Outcome:
    """Hold the group of an unknown form version and raise one alarm for it."""

    def record(write: Write) -> None:
        drafts = drafts_of(procedure.form_id, version)
        raise_alarm(hub, write, kind="FORM_VERSION_UNKNOWN", subject=f"{procedure.form_id}/{version} ({drafts})")

    return Outcome(findings=(Finding("FORM_VERSION_UNKNOWN", where=f"{procedure.form_id}/{version[:20]}"),), record=record)


def _scan(hub: Hub, row: Row[Any], package: Package) -> dict[str, str]:
    """Send the attachments through the gate; keep a cleaned copy where the gate changed one. Returns name → stored path."""
    raw = {attachment.file: attachment.data for attachment in package.attachments}
    cleaned: dict[str, str] = {}
    for name, data in hub.scanner.scan(raw).items():
        if data != raw[name]:
            stored = hub.store.put(data, context=cleaned_context(hub.code, row.receipt, name))
            cleaned[name] = f"{stored.path}#{stored.digest}#{stored.size}"
    return cleaned


def cleaned_context(municipality: str, receipt: str, name: str) -> str:
    """The place in the sealed store that the cleaned copy of an attachment belongs to."""
    return f"cleaned/{municipality}/{receipt}/{name}"


def _part_rows(application: int, package: Package, cleaned: dict[str, str]) -> list[dict[str, Any]]:
    form = {
        "application": application,
        "name": "form.pdf",
        "kind": "form",
        "document": "form",
        "media_type": "application/pdf",
        "digest": hashlib.sha256(package.form).hexdigest(),
        "size": len(package.form),
        "cleaned_blob": None,
    }
    return [form] + [
        {
            "application": application,
            "name": attachment.file,
            "kind": "attachment",
            "document": attachment.document,
            "media_type": attachment.media_type,
            "digest": attachment.sha256,
            "size": len(attachment.data),
            "cleaned_blob": cleaned.get(attachment.file),
        }
        for attachment in package.attachments
    ]


def _document_rows(application: int, package: Package, procedure: Procedure) -> list[dict[str, Any]]:
    """The ledger of documents: what the procedure always asks for, what the manifest announces, what is attached."""
    owed: dict[str, str] = {document.code: document.way[-1] for document in procedure.documents if document.always}
    owed |= {later.document: later.way for later in package.manifest.later}
    rows = {
        document: {"application": application, "document": document, "way": WAYS[way], "state": "owed"} for document, way in owed.items()
    }
    for attachment in package.attachments:
        rows[attachment.document] = {"application": application, "document": attachment.document, "way": "electronic", "state": "received"}
    return list(rows.values())


STEP = Step(name="open", reached="opened", inputs=_inputs, judge=_judge)
