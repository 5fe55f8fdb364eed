import json
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.xml_door import XmlLimits, canonical, parse_xml
from vocabulary.findings import Refused
from vocabulary.reasons import reasons

NAUGHTY = json.loads((Path(__file__).parents[2] / "fixtures" / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
FORM = "<申請 xmlns='urn:x'><申請者><氏名>那覇　花子</氏名><口座>1234567</口座></申請者><添付書類/></申請>"


def code_of(document: bytes | str, limits: XmlLimits | None = None) -> str:
    data = document.encode() if isinstance(document, str) else document
    try:
        parse_xml(data, limits or XmlLimits())
    except Refused as refusal:
        assert refusal.finding.code in reasons()
        return refusal.finding.code
    return "accepted"


@pytest.mark.parametrize(
    "document",
    [
        FORM,
        "\ufeff" + FORM,
        '<?xml version="1.0" encoding="utf-8"?>\r\n' + FORM,
        '\ufeff<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + FORM,
        "<!-- made by the portal -->" + FORM,
        "<a>\ue000 葛\U000e0100 髙﨑𠮷 辻\ufe00\t\r\n</a>",
        "<a>&#x30;&lt;!DOCTYPE a&gt;</a>",
    ],
)
def test_ordinary_documents_pass(document: str) -> None:
    assert code_of(document) == "accepted"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("", "XML_NOT_WELL_FORMED"),
        ("<a>", "XML_NOT_WELL_FORMED"),
        ("<a>&unknown;</a>", "XML_NOT_WELL_FORMED"),
        ("<a x='1' x='2'/>", "XML_NOT_WELL_FORMED"),
        ("<a/><b/>", "XML_NOT_WELL_FORMED"),
        ("<a>\x01</a>", "XML_NOT_WELL_FORMED"),
        ("<a>&#0;</a>", "XML_NOT_WELL_FORMED"),
        ("<a>&#xD800;</a>", "XML_NOT_WELL_FORMED"),
        ('<?xml version="1.1"?><a/>', "XML_NOT_WELL_FORMED"),
        ("<!DOCTYPE a><a/>", "XML_DOCTYPE"),
        ('\ufeff<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "XML_DOCTYPE"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "XML_DOCTYPE"),
        ("<a/><!DOCTYPE a>", "XML_DOCTYPE"),
        (FORM.encode("utf-16"), "XML_ENCODING"),
        (FORM.encode("utf-16-le"), "XML_ENCODING"),
        (FORM.encode("utf-32"), "XML_ENCODING"),
        (FORM.encode("cp932"), "XML_ENCODING"),
        (b'<?xml version="1.0" encoding="Shift_JIS"?>' + "<氏名>髙﨑</氏名>".encode("cp932"), "XML_ENCODING"),
        ('<?xml version="1.0" encoding="EUC-JP"?><a/>', "XML_ENCODING"),
        ("<?xml version='1.0' encoding='utf-16'?><a/>", "XML_ENCODING"),
        ("\ufeff<?xml version='1.0' encoding='Shift_JIS'?><a/>", "XML_ENCODING"),
        ("<a>1234<!--x-->5678</a>", "XML_COMMENT_IN_VALUE"),
        ("<a>1234<?x y?>5678</a>", "XML_COMMENT_IN_VALUE"),
        ("<a><b/><!-- between --><b/></a>", "XML_COMMENT_IN_VALUE"),
        ('<?xml-stylesheet href="x.xsl"?><a/>', "XML_ACTIVE_CONTENT"),
        ('<a/><?xml-stylesheet href="x.xsl"?>', "XML_ACTIVE_CONTENT"),
        ('<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="/etc/passwd"/></a>', "XML_ACTIVE_CONTENT"),
        ('<a xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:schemaLocation="urn:x http://example/x"/>', "XML_ACTIVE_CONTENT"),
        ('<a><b xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:noNamespaceSchemaLocation="x"/></a>', "XML_ACTIVE_CONTENT"),
        ("<a>" * 65 + "</a>" * 65, "XML_TOO_LARGE"),
        ("<a>" * 5000 + "</a>" * 5000, "XML_TOO_LARGE"),
        ("<a>" + "<b/>" * 100_000 + "</a>", "XML_TOO_LARGE"),
        ("<a>" + "x" * (8 << 20) + "</a>", "XML_TOO_LARGE"),
        ("<a " + " ".join(f"xmlns:n{n}='u'" for n in range(300)) + "/>", "XML_TOO_LARGE"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_not_plain_utf8_data_is_refused(document: bytes | str, code: str) -> None:
    assert code_of(document) == code


@pytest.mark.parametrize(
    "point", [0x7F, 0x85, 0x9F, 0xAD, 0x200B, 0x200D, 0x2028, 0x202E, 0x2066, 0xFEFF, 0xFDD0, 0x1FFFE, 0x10FFFF, 0xE0041]
)
def test_invisible_characters_are_refused_wherever_they_stand(point: int) -> None:
    for document in (f"<a>{chr(point)}</a>", f"<a>&#{point};</a>", f"<a b='x&#x{point:X};'/>", f"<a><b/>x{chr(point)}</a>"):
        assert code_of(document) == "TEXT_FORBIDDEN_CHAR"


def test_a_comment_anywhere_within_the_form_is_refused() -> None:
    tokens = FORM.split("<")
    for place in range(2, len(tokens)):
        assert code_of("<".join(tokens[:place]) + "<!--x--><" + "<".join(tokens[place:])) == "XML_COMMENT_IN_VALUE"


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_naughty_strings_are_refused_or_read_back_identical(text: str) -> None:
    document = etree.Element("申請")
    try:
        etree.SubElement(document, "氏名", 値=text).text = text
        data = etree.tostring(document, encoding="utf-8")
    except ValueError:
        data = f"<申請><氏名>{escape(text)}</氏名></申請>".encode("utf-8", "surrogatepass")
        assert code_of(data) in {"XML_NOT_WELL_FORMED", "XML_ENCODING"}
        return
    if code_of(data) == "accepted":
        element = parse_xml(canonical(parse_xml(data)))[0]
        assert (element.text or "", element.get("値")) == (text, text)
    else:
        assert code_of(data) == "TEXT_FORBIDDEN_CHAR"


@given(st.binary(max_size=200) | st.text(max_size=80).map(str.encode))
@settings(max_examples=100, deadline=None)
def test_no_bytes_raise_anything_but_a_refusal(noise: bytes) -> None:
    assert code_of(noise) in reasons()
    assert code_of(b"<a>" + noise + b"</a>") in {*reasons(), "accepted"}


@given(st.integers(0, len(FORM.encode()) - 1), st.binary(max_size=6), st.integers(0, 6))
@settings(max_examples=100, deadline=None)
def test_a_spoiled_form_is_refused_or_still_canonical(place: int, patch: bytes, cut: int) -> None:
    form = FORM.encode()
    try:
        root = parse_xml(form[:place] + patch + form[place + cut :])
        once = canonical(root)
    except Refused:
        return
    assert canonical(parse_xml(once)) == once


def test_a_nested_element_has_the_same_canonical_form_as_when_it_stands_alone() -> None:
    inner = "<申請内容 xmlns='urn:x' Id='shinsei'><口座>1</口座></申請内容>"
    wrapped = parse_xml(f"<w xmlns='urn:x' xmlns:unused='urn:u'>  {inner}  tail</w>".encode())
    assert canonical(wrapped[0]) == canonical(parse_xml(inner.encode()))


def test_a_relative_namespace_has_no_canonical_form() -> None:
    with pytest.raises(Refused) as refusal:
        canonical(parse_xml(b"<a xmlns='relative'/>"))
    assert refusal.value.finding.code == "XML_NOT_WELL_FORMED"
