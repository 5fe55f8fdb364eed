"""Application packages in the portal's profile, whole or spoiled in one place."""

import hashlib
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from tests.connectors.containers.signing import FORM, wrap
from tests.connectors.containers.zips import ordinary_zip

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Draft:
    """A package in the making. ``attachments``: member path to bytes; ``extra``: members that no manifest names."""

    attachments: dict[str, bytes] = field(default_factory=lambda: {"attachments/01.txt": "通帳の写し".encode()})
    values: dict[str, str | None] = field(default_factory=dict)
    application: bytes = field(default_factory=lambda: wrap(FORM))
    form: bytes = PDF
    later: str = '<後送書類一覧><後送 書類コード="residence" 方法="郵送"/></後送書類一覧>'
    extra: dict[str, bytes] = field(default_factory=dict)

    def manifest(self) -> bytes:
        """manifest.xml for the attachments; ``values`` replace elements' texts, None leaves an element out."""
        values: dict[str, str | None] = {
            "受付番号": "20261124-00000123",
            "手続ID": "PT27001",
            "様式ID": "F27001",
            "様式版": "2024-10",
            "申請先団体コード": "472018",
            "申請日時": "2026-11-22T20:15:03+09:00",
            "到達日時": "2026-11-22T20:15:07+09:00",
            "利用者証明用電子証明書シリアル番号": "1A2b",
            "署名検証結果": None,
            "前回受付番号": None,
            **self.values,
        }
        entries = "".join(
            f'<添付 ファイル名={quoteattr(name)} 表示名="通帳の写し.txt" 書類コード="passbook" '
            f'サイズ="{len(data)}" ダイジェスト="{digest(data)}"/>'
            for name, data in self.attachments.items()
        )
        texts = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value is not None)
        return (
            f'<申請情報 xmlns="urn:pittari-profile:manifest:1" 版="1">{texts}<添付一覧>{entries}</添付一覧>{self.later}</申請情報>'
        ).encode()

    def members(self) -> dict[str, bytes]:
        fixed = {"manifest.xml": self.manifest(), "application.xml": self.application, "form.pdf": self.form}
        return {**fixed, **self.attachments, **self.extra}

    def pack(self) -> bytes:
        return ordinary_zip(self.members().items())
