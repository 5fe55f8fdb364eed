"""Standard XML: exact bytes, a schema that keeps up with the items, and findings where a record breaks it."""

import pytest
from click.testing import CliRunner
from lxml import etree

from mappings.examples import map_example, read_examples
from mappings.records import Context, Table
from mappings.release import read, write
from mappings.xml_schema import businesses, schema_text
from pipeline.cli import main
from pipeline.cli.schemas import SCHEMAS
from sandbox.receiver_xml import read_xml
from tests.mappings.format_values import CATALOGUE, CONTEXT, GROUP, child
from vocabulary.findings import Refused

FORMAT = CATALOGUE.formats["standard-xml"]
PROLOGUE = b'<?xml version="1.0" encoding="UTF-8"?>\n'
FACTS = b'municipality="472018" business="027" procedure="nintei" day="20261124" sequence="007"'
ROOT = b'<renkei xmlns="urn:municipal-hub:renkei:1" ' + FACTS + b">\n"


def test_bytes_are_exactly_these() -> None:
    table = child(shimei='<髙良> & "葛󠄀"', jusho="一\n二", seinengappi_fushohyoki=None)
    (file,) = write(FORMAT, {GROUP: table}, CONTEXT).files
    cells = {name: column[0] for name, column in table.columns.items() if column[0]}
    cells |= {"shimei": "&lt;髙良&gt; &amp; &quot;葛󠄀&quot;", "jusho": "一&#10;二"}
    record = f"<{GROUP}>" + "".join(f"<{name}>{cell}</{name}>" for name, cell in cells.items()) + f"</{GROUP}>"
    assert file.data == PROLOGUE + ROOT + b"  " + record.encode() + b"\n</renkei>\n"
    assert file.name == "027_nintei_472018_20261124_007.xml"
    assert file.data[file.spans[0].offset :][: file.spans[0].length] == record.encode()


def test_children_follow_their_parent() -> None:
    procedure = CATALOGUE.procedures["jidoteate-nintei"]
    once = map_example(procedure, read_examples(procedure)[0], CATALOGUE).tables
    tables = {}
    for name, table in once.items():
        columns = {item: column * 2 for item, column in table.columns.items()}
        tables[name] = Table(table.application + [2] * len(table.application), table.ordinal * 2, columns)
    (file,) = write(FORMAT, tables, CONTEXT).files
    kinds = [(span.application, span.record_kind, span.ordinal) for span in file.spans]
    assert kinds == [(number, name, ordinal) for number in (1, 2) for name, table in once.items() for ordinal in table.ordinal]


@pytest.mark.parametrize(
    ("item", "value", "rule"),
    [
        ("shimei", "あ" * 101, "maxLength"),
        ("seibetsu", "7", "enumeration"),
        ("seinengappi", "2020-13-01", "pattern"),
        ("renban", "1a", "pattern"),
        ("tsuzukigara", None, "required"),
        ("uketsukebango", None, "required"),
    ],
)
def test_a_record_that_breaks_the_schema_is_held_by_item_and_rule(item: str, value: str | None, rule: str) -> None:
    bad, good = child(**{item: value}), child()
    both = Table([5, 6], [1, 1], {name: [bad.columns[name][0], good.columns[name][0]] for name in good.columns})
    written = write(FORMAT, {GROUP: both}, CONTEXT)
    ((application, finding),) = written.refused
    assert (application, finding.code, finding.where, finding.detail) == (5, "OUTPUT_SCHEMA", f"{GROUP}[1].{item}", rule)
    assert [span.application for span in written.files[0].spans] == [6]


def test_every_fault_of_an_application_is_said_at_once() -> None:
    written = write(FORMAT, {GROUP: child(seibetsu="7", shimei="あ" * 101, tsuzukigara=None)}, CONTEXT)
    assert {(finding.where, finding.detail) for _, finding in written.refused} >= {
        (f"{GROUP}[1].seibetsu", "enumeration"),
        (f"{GROUP}[1].shimei", "maxLength"),
        (f"{GROUP}[1].tsuzukigara", "required"),
    }


@pytest.mark.parametrize(
    "addition",
    [
        b'<!DOCTYPE renkei [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n',
        b"<!-- hello -->\n",
        b'<?xml-stylesheet href="http://example.test/x.xsl"?>\n',
    ],
)
def test_nothing_but_records_is_read(addition: bytes) -> None:
    (file,) = write(FORMAT, {GROUP: child()}, CONTEXT).files
    for data in (file.data.replace(PROLOGUE, PROLOGUE + addition), file.data.replace(b"</renkei>", addition + b"</renkei>")):
        with pytest.raises(Refused):
            read(FORMAT, data)


def test_other_spellings_of_the_same_document_are_not_read() -> None:
    (file,) = write(FORMAT, {GROUP: child(shimei="A&B")}, CONTEXT).files
    changes = [(b"A&amp;B", b"A&#38;B"), (b"A&amp;B", b"<![CDATA[A&B]]>"), (b"  <", b"<"), (b"UTF-8", b"utf-8")]
    for old, new in changes:
        assert old in file.data
        with pytest.raises(Refused):
            read(FORMAT, file.data.replace(old, new))


def test_committed_schemas_are_those_of_the_items() -> None:
    ended = CliRunner().invoke(main, ["schemas", "--check"])
    assert ended.exit_code == 0, ended.output


def test_a_stale_schema_is_named(tmp_path: object) -> None:
    ended = CliRunner().invoke(main, ["schemas", "027", "--out", str(tmp_path), "--check"])
    assert (ended.exit_code, "stale: 027.xsd" in ended.output) == (1, True)


@pytest.mark.parametrize("business", businesses(FORMAT.declared))
def test_every_example_holds_under_the_committed_schema(business: str) -> None:
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / f"{business}.xsd")))
    for procedure in CATALOGUE.procedures.values():
        for example in read_examples(procedure) if procedure.business == business else ():
            context = Context("472018", business, procedure.short, example.day, 1)
            (file,) = write(FORMAT, map_example(procedure, example, CATALOGUE).tables, context).files
            assert schema.validate(etree.fromstring(file.data)), schema.error_log
            verdict = read_xml(file.data)
            assert (verdict.result, verdict.receipts) == ("OK", (example.source.header["uketsukebango"],))


def test_the_schema_says_what_the_item_definition_says() -> None:
    text = schema_text(FORMAT.declared, "027")
    assert '<xs:element name="shimei" type="N_100"><xs:annotation><xs:documentation xml:lang="ja">氏名</xs:documentation>' in text
    assert '<xs:element name="seinengappi_fushohyoki" type="N_72" minOccurs="0">' in text
    assert '<xs:simpleType name="code_umu">\n    <xs:restriction base="xs:string">\n      <xs:enumeration value="1"/>' in text


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (PROLOGUE, b"", "PROLOGUE"),
        (PROLOGUE, b"\xef\xbb\xbf" + PROLOGUE, "PROLOGUE"),
        (b"</renkei>", b"<!-- --></renkei>", "PROLOGUE"),
        (b"</renkei>", b"", "NOT_XML"),
        (b'business="027"', b'business="099"', "NO_SCHEMA"),
        (b'business="027"', b'business="../"', "NO_SCHEMA"),
        (b"<seibetsu>", b"<seibetsu>9", "SCHEMA"),
        (b"<shimei>", b"<nobody/><shimei>", "SCHEMA"),
    ],
)
def test_the_receiving_system_refuses_what_breaks_the_agreement(old: bytes, new: bytes, reason: str) -> None:
    (file,) = write(FORMAT, {GROUP: child(seibetsu="1")}, CONTEXT).files
    assert read_xml(file.data).result == "OK"
    assert old in file.data
    assert read_xml(file.data.replace(old, new)).reason == reason
