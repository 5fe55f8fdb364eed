"""Encodings (文字コード) that a format may declare: what has an exact way there and back is written, everything else is refused."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

# name → codec of the standard library and the mark at the head of a file (BOM).
_CODECS: Mapping[str, tuple[str, bytes]] = MappingProxyType(
    {
        "utf-8": ("utf-8", b""),
        "utf-8-bom": ("utf-8", codecs.BOM_UTF8),
        "utf-16le": ("utf-16-le", b""),
        "utf-16le-bom": ("utf-16-le", codecs.BOM_UTF16_LE),
        "cp932": ("cp932", b""),
    }
)
NAMES = tuple(_CODECS)
DOUBLE_CODES = ("nec", "ibm")

# 外字: the same code is another character in another town, so that only an approved substitute can leave.
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")

# Single bytes that are no CP932 at all; the codec invents control and private-use characters for them.
_NO_CODE = frozenset({b"\x80", b"\xa0", b"\xfd", b"\xfe", b"\xff"})


@dataclass(frozen=True, slots=True)
class Encoding:
    """One declared encoding.

    bom: bytes at the head of a file, which neither method adds nor takes. codes: of CP932, the bytes of each code point that has any.
    """

    name: str
    bom: bytes
    codec: str
    double_codes: str
    codes: Mapping[int, bytes] | None = field(default=None, repr=False, compare=False)

    def encode(self, text: str) -> bytes:
        """Raises UnicodeEncodeError at the first character without an exact way there and back, or of private use."""
        if self.codes is None:
            private = PRIVATE_USE.search(text)
            if private:
                raise UnicodeEncodeError(self.codec, text, private.start(), private.end(), "means something in one town only")
            return text.encode(self.codec)
        return codecs.charmap_encode(text, "strict", self.codes)[0]

    def decode(self, data: bytes) -> str:
        """Raises UnicodeDecodeError for bytes that are no text, and for those that ``encode`` would write otherwise."""
        text = data.decode(self.codec)
        try:
            again = self.encode(text)
        except UnicodeEncodeError as error:
            raise UnicodeDecodeError(self.codec, data, 0, len(data), f"no code of {self.name}") from error
        if again != data:
            raise UnicodeDecodeError(self.codec, data, 0, len(data), "would be written otherwise")
        return text


@cache
def encoding_of(name: str, double_codes: str = "") -> Encoding:
    """The encoding of that name. Raises ValueError for an unknown one.

    double_codes: for CP932, whether NEC's or IBM's byte pair stands for a character that has both (髙 is EEE0 or FBFC).
    A pair of JIS X 0208 belongs to neither maker and goes before both (∵ is 81E6).
    """
    if name not in _CODECS or (double_codes in DOUBLE_CODES) != (name == "cp932"):
        raise ValueError(f"{name} {double_codes}: allowed are {', '.join(NAMES)}, cp932 with one of {', '.join(DOUBLE_CODES)}")
    codec, bom = _CODECS[name]
    return Encoding(name, bom, codec, double_codes, _cp932_codes(double_codes) if name == "cp932" else None)


def _cp932_codes(double_codes: str) -> Mapping[int, bytes]:
    """The one code of each character, found by decoding every single byte and every pair."""
    codes: dict[int, bytes] = {}
    singles = [bytes((byte,)) for byte in range(256)]
    pairs = [bytes((lead, trail)) for lead in range(0x81, 0xFD) for trail in range(0x40, 0xFD)]
    for code in sorted([*singles, *pairs], key=lambda code: (_block(code, double_codes), code)):
        try:
            character = code.decode("cp932")
        except UnicodeDecodeError:
            continue
        # Two characters are two single bytes that only look like a pair.
        if len(character) == 1 and code not in _NO_CODE and not PRIVATE_USE.match(character):
            codes.setdefault(ord(character), code)
    return MappingProxyType(codes)


def _block(code: bytes, double_codes: str) -> int:
    """Order in which the blocks of CP932 are asked for a character: JIS X 0208 and single bytes, then the makers'."""
    lead = code[0]
    if lead == 0x87 or lead in {0xED, 0xEE}:
        return 1 if double_codes == "nec" else 2
    return (2 if double_codes == "nec" else 1) if lead >= 0xFA else 0
