"""XML text (XMLの文字): how values stand in it so that a parser gives them back unchanged, and the one way to parse what was written."""

from lxml import etree

# A line break as a reference keeps each record on one line; a bare carriage return would come back as a line feed.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def escape(text: str) -> str:
    """``text`` for an element or an attribute in double quotes."""
    return text.translate(_ESCAPES)


def parse(data: bytes) -> etree._Element:
    """The root of a document without DTD, comments and marked sections. Raises etree.XMLSyntaxError or ValueError."""
    if b"<!" in data:
        raise ValueError("declarations and comments are never written")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    return etree.fromstring(data, parser)
