"""A receiving system's own strict reading of standard XML (標準XML), under the schema that it was given for its business."""

import re
from pathlib import Path

from lxml import etree

from sandbox.receiver_items import RECEIPT
from sandbox.receiver_verdict import Verdict, rejected, taken

SCHEMAS = Path(__file__).parents[1] / "mappings" / "formats" / "standard-xml" / "schemas"


def read_xml(data: bytes, schemas: Path = SCHEMAS) -> Verdict:
    """Accept only UTF-8 without BOM and without DTD that the schema of its business allows, each record with its 受付番号."""
    if not data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n') or b"<!" in data:
        return rejected("PROLOGUE")
    try:
        data.decode("utf-8")
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (UnicodeDecodeError, etree.XMLSyntaxError):
        return rejected("NOT_XML")
    business = root.get("business", "")
    schema = schemas / f"{business}.xsd"
    if not re.fullmatch("[0-9]{3}", business) or not schema.is_file():
        return rejected("NO_SCHEMA")
    if not etree.XMLSchema(etree.parse(str(schema))).validate(root):
        return rejected("SCHEMA")
    return taken([(record.findtext(f"{{*}}{RECEIPT}", ""), etree.QName(record).localname) for record in root])
