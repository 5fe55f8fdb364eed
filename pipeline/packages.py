"""Stored applications opened again (申請ZIPの再展開): every later step derives what it reads from the raw bytes, never from a copy."""

import hashlib
from typing import Any

from lxml import etree
from sqlalchemy import Row, select

from connectors.package import Package, open_package
from connectors.signature import Verified, verify_application
from connectors.xml_door import canonical, parse_xml
from pipeline.errors import EvidenceBroken
from pipeline.hub import Hub
from pipeline.inbox_files import Stored
from pipeline.journal.intake_tables import verifications
from pipeline.steps.pull import raw_context


def raw_bytes(hub: Hub, application: Row[Any]) -> bytes:
    """The package as the portal gave it. Raises EvidenceBroken when it is not what was stored."""
    stored = Stored(digest=application.digest, size=application.size, path=application.blob)
    return hub.store.get(stored, context=raw_context(hub.code, application.receipt))


def package_of(hub: Hub, application: Row[Any]) -> Package:
    """The opened package. Raises Refused as at the first opening."""
    return open_package(raw_bytes(hub, application))


def verify_package(hub: Hub, package: Package) -> Verified:
    """Signature and certificate judged as of the filing, revocation by the lists that lie here now."""
    return verify_application(package.application, trust=hub.trust, signed_at=package.manifest.submitted_at, now=hub.clock.now())


def verified_content(hub: Hub, application: Row[Any], package: Package) -> etree._Element:
    """The 申請内容 that was verified, parsed from its canonical bytes. Raises EvidenceBroken when they are other bytes than those."""
    content = canonical(parse_xml(package.application)[0])
    noted = hub.journal.scalar(select(verifications.c.content_digest).where(verifications.c.application == application.id))
    if hashlib.sha256(content).hexdigest() != noted:
        raise EvidenceBroken(f"application {application.id}: the content differs from the verified one")
    return parse_xml(content)
