"""Verify (署名検証): policy, signature, certificate, signed attachments, and whether the right person signed."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from lxml import etree
from sqlalchemy import Row

from connectors.jpki import Signer
from connectors.package import Package, signed_attachment_digests
from connectors.signature import Verified
from connectors.xml_door import parse_xml
from mappings.form import check_form, signer_claim
from mappings.procedure import Procedure
from pipeline.hub import Hub, digest_of
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import verifications
from pipeline.packages import package_of, verify_package
from pipeline.steps.worklist import Outcome, Step, run_step
from vocabulary.dates import PartialDate, read_certificate_date, read_date
from vocabulary.findings import refuse
from vocabulary.names import same_name


def verify(hub: Hub) -> dict[str, int]:
    """Verify every opened application."""
    return run_step(hub, STEP)


def policy_of(hub: Hub, procedure: Procedure) -> str:
    """The signature policy: the municipality's, else the procedure's."""
    return hub.enabled(procedure.id).signature or procedure.signature.policy


def _inputs(hub: Hub, row: Row[Any]) -> str:
    return digest_of("verify", row.digest, policy_of(hub, hub.procedure(row.procedure)), hub.trust_version, hub.form_digest(row.procedure))


def _judge(hub: Hub, row: Row[Any]) -> Outcome:
    package = package_of(hub, row)
    procedure = hub.procedure(row.procedure)
    verified = verify_package(hub, package)
    policy = policy_of(hub, procedure)
    _apply_policy(policy, verified, package)
    content = parse_xml(verified.content)
    if (content.get("様式ID"), content.get("様式版")) != (package.manifest.form_id, package.manifest.form_version):
        raise refuse("PACKAGE_MANIFEST", "manifest", "form or version differ from the verified content")
    problems = tuple(check_form(procedure, package.manifest.form_version, content, municipality=hub.code))
    if problems:
        return Outcome(findings=problems)
    _compare_attachments(content, package)
    if verified.signer is not None:
        _compare_signer(procedure, content, verified.signer)

    def record(write: Write) -> None:
        write.execute(verifications.delete().where(verifications.c.application == row.id))
        write.insert_many(verifications, [_verification_row(hub, row.id, policy, verified)])

    return Outcome(record=record)


def _apply_policy(policy: str, verified: Verified, package: Package) -> None:
    if policy == "required" and verified.signer is None:
        raise refuse("SIG_MISSING", "application.xml")
    if policy == "portal-verified" and package.manifest.portal_verdict != "OK":
        raise refuse("SIG_PORTAL_FAILED", "manifest.xml")


def _compare_attachments(content: etree._Element, package: Package) -> None:
    """What was signed are digests: another set of files, or other bytes under one name, is a swap."""
    declared = signed_attachment_digests(content)
    present = {attachment.file: attachment.sha256 for attachment in package.attachments}
    if declared != present:
        raise refuse("ATT_SWAPPED", "attachments")


def _compare_signer(procedure: Procedure, content: etree._Element, signer: Signer) -> None:
    claim = signer_claim(procedure, content)
    if not same_name(signer.name, claim.name, substitutes=signer.name_substitutes):
        raise refuse("SIG_SIGNER_MISMATCH", procedure.signature.signer, "name")
    if not claim.birth_unknown and not _agree(read_date(claim.birth), read_certificate_date(signer.birth)):
        raise refuse("SIG_SIGNER_MISMATCH", procedure.signature.signer, "date of birth")


def _agree(written: PartialDate | None, certified: PartialDate | None) -> bool:
    return written is not None and certified is not None and written.agrees_with(certified)


def signer_context(municipality: str, application: int) -> str:
    """The place that the sealed certificate values of a signer belong to."""
    return f"signer/{municipality}/{application}"


def _verification_row(hub: Hub, application: int, policy: str, verified: Verified) -> dict[str, Any]:
    signer = verified.signer
    return {
        "application": application,
        "policy": policy,
        "signed": signer is not None,
        "content_digest": hashlib.sha256(verified.content).hexdigest(),
        "signer": None if signer is None else _seal_signer(hub, application, signer),
    }


def _seal_signer(hub: Hub, application: int, signer: Signer) -> bytes:
    values = {key: value for key, value in asdict(signer).items() if key != "issuer"}
    return hub.sealing.seal_text(json.dumps(values, ensure_ascii=False), context=signer_context(hub.code, application))


STEP = Step(name="verify", reached="verified", inputs=_inputs, judge=_judge)
