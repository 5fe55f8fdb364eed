"""Looks at package files as intake would (``hub inspect``) and says in one line each whether they would come in; stores nothing."""

from dataclasses import dataclass
from pathlib import Path

from connectors.package import PACKAGE_BYTES, open_package
from connectors.signature import check_shape
from connectors.zip_reader import read_zip
from vocabulary.findings import Refused, refuse

_STAGES = {"ZIP": "container", "XML": "xml", "TEXT": "xml", "PACKAGE": "package", "ATT": "attachment", "SIG": "signature-shape"}


@dataclass(frozen=True, slots=True)
class Inspection:
    """The verdict on one file. reason: a code of ``reasons.csv``, stage: container, xml, package, attachment or signature-shape; None when
    accepted. detail: place and technical remark, never a resident's value."""

    file: str
    accepted: bool
    reason: str | None = None
    stage: str | None = None
    detail: str | None = None


def inspect_file(path: Path, *, container_only: bool) -> Inspection:
    """Judge one file; with ``container_only`` the ZIP's own checks alone. Certificates are not judged, they need the trust store.

    Raises OSError when the file cannot be read, nothing for its content.
    """
    try:
        if path.stat().st_size > PACKAGE_BYTES:
            raise refuse("ZIP_TOO_LARGE", "package")
        data = path.read_bytes()
        if container_only:
            read_zip(data)
        else:
            check_shape(open_package(data).application)
    except Refused as refusal:
        finding = refusal.finding
        detail = ": ".join(filter(None, (finding.where, finding.detail)))
        return Inspection(str(path), accepted=False, reason=finding.code, stage=_STAGES[finding.code.partition("_")[0]], detail=detail)
    return Inspection(str(path), accepted=True)
