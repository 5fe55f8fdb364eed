"""The four basic items (基本4情報) of a signing certificate, with characters outside JIS X 0208 and JIS X 0212 replaced (代替文字)."""

from collections.abc import Iterator

from cryptography import x509

from sandbox.town_people import Resident
from vocabulary.eras import era_on

_ARC = "1.2.392.200149.8.5.5"
_SUBSTITUTES = {"髙": "高", "﨑": "崎", "𠮷": "吉", "濵": "浜"}
_SELECTORS = range(0xE0100, 0xE01F0)
_UTF8_STRING = 0x0C


def basic_four_items(resident: Resident) -> list[x509.GeneralName]:
    """The otherNames of a resident: name, its flags, sex, birth date EYYYYMMDD, address, its flags."""
    name, name_flags = replaced(resident.name)
    address, address_flags = replaced(resident.home.line)
    values = (name, name_flags, resident.sex, _birth(resident), address, address_flags)
    return [x509.OtherName(x509.ObjectIdentifier(f"{_ARC}.{place}"), _der(value)) for place, value in enumerate(values, start=1)]


def replaced(text: str) -> tuple[str, str]:
    """The text as a certificate writes it, and one flag for each of its characters: 1 where another character stands in."""
    pairs = list(_pairs(text))
    return "".join(character for character, _ in pairs), "".join(flag for _, flag in pairs)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """An ideographic variation sequence counts as one character and loses its selector."""
    for place, character in enumerate(text):
        if ord(character) in _SELECTORS:
            continue
        varied = any(ord(following) in _SELECTORS for following in text[place + 1 : place + 2])
        if varied or not _in_repertoire(character):
            yield _SUBSTITUTES.get(character, character if varied else "〓"), "1"
        else:
            yield character, "0"


def _in_repertoire(character: str) -> bool:
    """Whether JIS X 0201, 0208 or 0212 has the character, which is what EUC-JP can write."""
    try:
        character.encode("euc_jp")
    except UnicodeEncodeError:
        return False
    return True


def _birth(resident: Resident) -> str:
    era = era_on(resident.birth)
    code = era.code if era else "1"
    return f"{code}{resident.birth.year:04}0000" if resident.birth_unknown else f"{code}{resident.birth:%Y%m%d}"


def _der(text: str) -> bytes:
    """A DER UTF8String."""
    data = text.encode("utf-8")
    size = len(data)
    if size < 0x80:
        length = bytes([size])
    else:
        octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(octets)]) + octets
    return bytes([_UTF8_STRING]) + length + data
