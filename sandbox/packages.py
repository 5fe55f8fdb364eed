"""申請ZIP as the portal hands it over: manifest, application, form, attachments; the same application always gives the same bytes."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from lxml import etree

MANIFEST_NAMESPACE = "urn:pittari-profile:manifest:1"
_DEFAULT_PREFIX: Any = {None: MANIFEST_NAMESPACE}
_MEMBER_TIME = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attached file. name: member name such as ``attachments/01.pdf``. document: 書類コード."""

    name: str
    title: str
    document: str
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 in hex."""
        return sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the portal notes about an application (申請情報). later: documents still to come, as (書類コード, 方法)."""

    receipt: str
    portal_id: str
    form_id: str
    version: str
    municipality: str
    submitted: datetime
    arrived: datetime
    auth_serial: str
    attachments: Sequence[Attachment]
    later: Sequence[tuple[str, str]] = ()
    portal_verdict: str = ""

    def xml(self) -> bytes:
        """The bytes of ``manifest.xml``."""
        root = etree.Element(f"{{{MANIFEST_NAMESPACE}}}申請情報", nsmap=_DEFAULT_PREFIX)
        root.set("版", "1")
        for name, text in self._texts():
            _add(root, name).text = text
        listed = _add(root, "添付一覧")
        for one in self.attachments:
            size, digest = str(len(one.data)), one.digest
            _add(listed, "添付", ファイル名=one.name, 表示名=one.title, 書類コード=one.document, サイズ=size, ダイジェスト=digest)
        if self.later:
            owed = _add(root, "後送書類一覧")
            for document, way in self.later:
                _add(owed, "後送", 書類コード=document, 方法=way)
        return xml_bytes(root)

    def _texts(self) -> list[tuple[str, str]]:
        verdict = [("署名検証結果", self.portal_verdict)] if self.portal_verdict else []
        return [
            ("受付番号", self.receipt),
            ("手続ID", self.portal_id),
            ("様式ID", self.form_id),
            ("様式版", self.version),
            ("申請先団体コード", self.municipality),
            ("申請日時", self.submitted.isoformat()),
            ("到達日時", self.arrived.isoformat()),
            ("利用者証明用電子証明書シリアル番号", self.auth_serial),
            *verdict,
        ]


def _add(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{MANIFEST_NAMESPACE}}}{name}", attributes)


def xml_bytes(root: etree._Element) -> bytes:
    """An XML document in UTF-8 with its declaration."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def pack(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of the members in the given order, with a fixed time, deflated. A name may occur twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, _MEMBER_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            if name in archive.NameToInfo:
                del archive.NameToInfo[name]
            archive.writestr(info, data, compresslevel=6)
    return buffer.getvalue()
