"""The application ZIP (申請ZIP) of the portal, opened: manifest, application, form PDF, attachments; each proved to be what it says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree

from connectors.attachments import check_pdf, judge_attachment
from connectors.profile import read_profile
from connectors.xml_door import XmlLimits, parse_xml
from connectors.zip_reader import Limits, Member, read_zip
from vocabulary.findings import Refused, refuse

_PROFILE = read_profile("package")
_MEMBERS: Mapping[str, str] = _PROFILE["members"]
_MANIFEST: Mapping[str, Any] = _PROFILE["manifest"]
_FORM: Mapping[str, Any] = _PROFILE["application"]
_LIMITS = Limits(*(int(_PROFILE["limits"][name]) for name in ("members", "member_bytes", "total_bytes")))
PACKAGE_BYTES = int(_PROFILE["limits"]["package_bytes"])
_XML_LIMITS = XmlLimits(size=int(_PROFILE["limits"]["xml_bytes"]))


@dataclass(frozen=True, slots=True)
class DeclaredAttachment:
    """An attachment as the manifest lists it. file: member path. title: the resident's name for it. size: bytes. sha256: lower-case hex."""

    file: str
    title: str = field(repr=False)
    document: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LaterDocument:
    """A document to come apart from the filing (後送書類). way: 郵送 or 来所."""

    document: str
    way: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the portal says about the filing; not signed by the resident. Instants carry their offset."""

    receipt: str
    portal_procedure: str
    form_id: str
    form_version: str
    municipality: str
    submitted_at: datetime
    arrived_at: datetime
    auth_serial: str
    portal_verdict: str | None
    previous_receipt: str | None
    attachments: tuple[DeclaredAttachment, ...]
    later: tuple[LaterDocument, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment that may come in, with its bytes and the media type that its content shows."""

    file: str
    title: str = field(repr=False)
    document: str
    media_type: str
    data: bytes = field(repr=False)
    sha256: str


@dataclass(frozen=True, slots=True)
class Package:
    """An opened application ZIP. application: bytes of application.xml, still to be verified. form: bytes of the PDF."""

    manifest: Manifest
    application: bytes = field(repr=False)
    form: bytes = field(repr=False)
    attachments: tuple[Attachment, ...]


def open_package(data: bytes) -> Package:
    """Open an application ZIP by its profile (``profiles/package.yaml``).

    Whether receipt and municipality are the expected ones is judged by the caller, the signature by ``connectors.signature``.
    Raises Refused ZIP_*, XML_*, TEXT_FORBIDDEN_CHAR, PACKAGE_MEMBER_MISSING, PACKAGE_MEMBER_UNKNOWN, PACKAGE_MANIFEST, ATT_*.
    """
    if len(data) > PACKAGE_BYTES:
        raise refuse("ZIP_TOO_LARGE", "package")
    members = {member.name: member for member in read_zip(data, _LIMITS)}
    manifest = read_manifest(_take(members, _MEMBERS["manifest"]).data)
    application, form = _take(members, _MEMBERS["application"]), _take(members, _MEMBERS["form"])
    held = [_hold(_take(members, declared.file), declared) for declared in manifest.attachments]
    if members:
        raise refuse("PACKAGE_MEMBER_UNKNOWN", "package", f"{len(members)} members beyond the manifest")
    parse_xml(application.data, _XML_LIMITS)
    check_pdf(_MEMBERS["form"], form.data)
    return Package(manifest, application.data, form.data, tuple(held))


def read_manifest(data: bytes) -> Manifest:
    """Read ``manifest.xml``. Raises Refused PACKAGE_MANIFEST naming the element that breaks the profile, and what ``parse_xml`` raises."""
    root = parse_xml(data, _XML_LIMITS)
    if root.tag != _qualify(_MANIFEST["root"]) or dict(root.attrib.items()) != {"版": _MANIFEST["edition"]}:
        raise _broken("document element")
    texts, children = _read_fields(root)
    attachments = _read_entries(children, _MANIFEST["attachments"])
    later = _read_entries(children, _MANIFEST["later"])
    if children:
        raise _broken("unknown or repeated elements")
    declared = tuple(DeclaredAttachment(**{**entry, "size": int(entry["size"])}) for entry in attachments)
    if len({one.file for one in declared}) != len(declared):
        raise _broken(_MANIFEST["attachments"]["list"])
    fields: dict[str, Any] = {**dict.fromkeys(_MANIFEST["fields"]), **texts}
    for name in ("submitted_at", "arrived_at"):
        fields[name] = _read_instant(texts[name])
    return Manifest(**fields, attachments=declared, later=tuple(LaterDocument(**entry) for entry in later))


def signed_attachment_digests(content: etree._Element) -> dict[str, str]:
    """Member path and sha256 (lower-case hex) of each attachment that the resident signed (添付書類 of the verified 申請内容).

    Raises Refused XML_SCHEMA when the list is absent, doubled or incomplete.
    """
    namespace = f"{{{_FORM['namespace']}}}"
    lists = content.findall(namespace + _FORM["attachments"])
    if len(lists) != 1:
        raise refuse("XML_SCHEMA", _FORM["attachments"])
    digests: dict[str, str] = {}
    for entry in lists[0]:
        file, digest = entry.get("ファイル名"), entry.get("ダイジェスト")
        if entry.tag != namespace + _FORM["attachment"] or not file or not digest or file in digests:
            raise refuse("XML_SCHEMA", _FORM["attachments"])
        digests[file] = digest.lower()
    return digests


def _take(members: dict[str, Member], name: str) -> Member:
    member = members.pop(name, None)
    if member is None:
        raise refuse("PACKAGE_MEMBER_MISSING", name)
    return member


def _hold(member: Member, declared: DeclaredAttachment) -> Attachment:
    if (len(member.data), member.sha256) != (declared.size, declared.sha256):
        raise refuse("PACKAGE_MANIFEST", declared.file, "size or digest differs from the manifest")
    media_type = judge_attachment(declared.file, member.data)
    return Attachment(declared.file, declared.title, declared.document, media_type, member.data, member.sha256)


def _broken(element: str) -> Refused:
    return refuse("PACKAGE_MANIFEST", f"manifest.xml: {element}")


def _qualify(name: str) -> str:
    return f"{{{_MANIFEST['namespace']}}}{name}"


def _read_fields(root: etree._Element) -> tuple[dict[str, str], list[etree._Element]]:
    """Texts of the profile's fields in their order, and the elements after them."""
    children = list(root)
    texts: dict[str, str] = {}
    for name, rule in _MANIFEST["fields"].items():
        if not children or children[0].tag != _qualify(rule["element"]):
            if "absent" not in rule:
                raise _broken(rule["element"])
            continue
        element = children.pop(0)
        if element.attrib or len(element) or not re.fullmatch(rule["pattern"], element.text or "", re.ASCII):
            raise _broken(rule["element"])
        texts[name] = element.text or ""
    return texts, children


def _read_entries(children: list[etree._Element], rule: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of a list that may be absent; it is taken off ``children``."""
    if not children or children[0].tag != _qualify(rule["list"]):
        return []
    return [dict(_read_entry(entry, rule)) for entry in children.pop(0)]


def _read_entry(entry: etree._Element, rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = {one["attribute"] for one in rule["fields"].values()}
    if entry.tag != _qualify(rule["entry"]) or len(entry) or set(entry.attrib) != names:
        raise _broken(rule["list"])
    for name, one in rule["fields"].items():
        value = str(entry.get(one["attribute"]))
        if not re.fullmatch(one["pattern"], value, re.ASCII):
            raise _broken(rule["list"])
        yield name, value


def _read_instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _broken("date and time") from None
