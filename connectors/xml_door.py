"""The one door for XML (申請書データ) from outside: UTF-8 only, no DOCTYPE, nothing active, nothing hidden, bounded in size and depth.

Whatever passes has exactly one reading: no entities, no comments that cut a value in two, no characters that a person cannot see.
"""

import re
from dataclasses import dataclass

from lxml import etree

from vocabulary.findings import refuse

_BOM = b"\xef\xbb\xbf"
_FOREIGN_STARTS = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00", b"+/v")
_DECLARATION = re.compile(rb"<\?xml[ \t\r\n]([^?]*)\?>")
_PSEUDO_ATTRIBUTE = re.compile(rb"(version|encoding|standalone)[ \t\r\n]*=[ \t\r\n]*[\"']([^\"']*)[\"']")
_ACTIVE_NAMES = etree.XPath(
    "boolean(/processing-instruction() | descendant-or-self::xi:* | descendant-or-self::xsl:* | "
    "descendant-or-self::*/@xsi:schemaLocation | descendant-or-self::*/@xsi:noNamespaceSchemaLocation)",
    namespaces={
        "xi": "http://www.w3.org/2001/XInclude",
        "xsl": "http://www.w3.org/1999/XSL/Transform",
        "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    },
)
_HIDDEN_NODES = etree.XPath("boolean(descendant::comment() | descendant::processing-instruction())")

# Controls but tab and line ends; bidirectional controls; zero-width and invisible format characters; line separators; tags;
# noncharacters. Variation selectors (IVS) and private use (外字) are not among them: names need them.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\ufdd0-\ufdef\U000e0000-\U000e007f"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """Largest document in bytes, deepest nesting, most elements, most namespace declarations."""

    size: int = 8 << 20
    depth: int = 64
    elements: int = 100_000
    namespaces: int = 200


def parse_xml(data: bytes, limits: XmlLimits = XmlLimits()) -> etree._Element:
    """The document element of well-formed, harmless XML.

    Raises Refused XML_NOT_WELL_FORMED, XML_DOCTYPE, XML_ENCODING, XML_TOO_LARGE, XML_COMMENT_IN_VALUE, XML_ACTIVE_CONTENT,
    TEXT_FORBIDDEN_CHAR.
    """
    body = _check_encoding(data)
    _check_bulk(body, limits)
    if b"<!DOCTYPE" in body:
        raise refuse("XML_DOCTYPE", "document")
    root = _parse(body)
    _check_nodes(root, limits)
    _check_characters(root)
    return root


def canonical(element: etree._Element) -> bytes:
    """Exclusive canonical form (exc-c14n, without comments) of an element as it stands in its document, in UTF-8.

    Raises Refused XML_NOT_WELL_FORMED for names that have no canonical form, such as relative namespaces.
    """
    try:
        return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    except etree.C14NError:
        raise refuse("XML_NOT_WELL_FORMED", "canonical form", "no canonical form") from None


def _check_encoding(data: bytes) -> bytes:
    """The document without its byte order mark, proved to be UTF-8 and declared so or not at all."""
    if data.startswith(_FOREIGN_STARTS):
        raise refuse("XML_ENCODING", "document", "not UTF-8")
    body = data.removeprefix(_BOM)
    declaration = _DECLARATION.match(body)
    declared = {key: value for key, value in _PSEUDO_ATTRIBUTE.findall(declaration[1])} if declaration else {}  # noqa: C416  bytes keys
    if declared.get(b"encoding", b"UTF-8").upper() != b"UTF-8":
        raise refuse("XML_ENCODING", "declaration", "declared encoding is not UTF-8")
    if declared.get(b"version", b"1.0") != b"1.0":
        raise refuse("XML_NOT_WELL_FORMED", "declaration", "only version 1.0")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise refuse("XML_ENCODING", "document", "not UTF-8") from None
    return body


def _check_bulk(body: bytes, limits: XmlLimits) -> None:
    """Refuse floods before a tree is built: every element needs a ``<``, a pair of tags two."""
    if len(body) > limits.size or body.count(b"<") > 2 * limits.elements or body.count(b"xmlns") > limits.namespaces:
        raise refuse("XML_TOO_LARGE", "document")


def _parse(body: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, dtd_validation=False, encoding="utf-8"
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        kind = getattr(error, "code", 0)
        if kind == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            raise refuse("XML_TOO_LARGE", "document") from None
        raise refuse("XML_NOT_WELL_FORMED", f"line {error.lineno}", f"libxml2 error {kind}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise refuse("XML_DOCTYPE", "document")
    return root


def _check_nodes(root: etree._Element, limits: XmlLimits) -> None:
    """Elements only within the document element, none of them deep, many or active; no instruction before or after it."""
    if _HIDDEN_NODES(root):
        raise refuse("XML_COMMENT_IN_VALUE", "document")
    if _ACTIVE_NAMES(root):
        raise refuse("XML_ACTIVE_CONTENT", "document")
    if sum(1 for _ in root.iter()) > limits.elements or root.find("/".join("*" * limits.depth)) is not None:
        raise refuse("XML_TOO_LARGE", "document", "too many or too deep elements")


def _check_characters(root: etree._Element) -> None:
    """Search names, attributes and text at once, each character once; the place is the character, never the value around it."""
    characters = sorted(set(etree.tostring(root, encoding="utf-8").decode("utf-8")))
    found = _FORBIDDEN.search("".join(characters))
    if found:
        raise refuse("TEXT_FORBIDDEN_CHAR", f"U+{ord(found[0]):04X}")
