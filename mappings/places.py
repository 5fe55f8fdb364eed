"""Places in a form (様式内の位置) as findings name them: element names below the 申請内容, never a value."""

from lxml import etree

NAMESPACE = "urn:pittari-profile:application:1"


def place_of(element: etree._Element, top: etree._Element) -> str:
    """Path from ``top`` down to the element, ``児童[2]/住所``, numbered where a name stands several times; empty for ``top``."""
    parts: list[str] = []
    while element is not top:
        parent = element.getparent()
        if parent is None:
            break
        name = etree.QName(element).localname if isinstance(element.tag, str) else "(instruction)"
        alike = [one for one in parent if one.tag == element.tag]
        parts.append(name if len(alike) == 1 else f"{name}[{alike.index(element) + 1}]")
        element = parent
    return "/".join(reversed(parts))
