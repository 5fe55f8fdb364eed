"""Names (氏名) compared as people read them: keys that pass over variants of characters (異体字), widths, selectors and spaces.

A key serves comparison only and is never stored as a name or shown. The table of variants is ``variants.csv``.
"""

import csv
import re
import unicodedata
from functools import cache
from importlib import resources

from vocabulary.characters import graphemes
from vocabulary.widths import to_katakana, to_large_kana

# NUL stands for a replaced character: no XML and no register file can hold one.
_WILDCARD = "\x00"
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_DASHES = re.compile("[-ー‐‑‒–—―−─━]")
_PASSED_OVER = re.compile(r"[\s・]")
_REPEATED = re.compile(r"([^々])(々+)")


@cache
def variants() -> dict[int, str]:
    """Translation table from a variant (異体字) to the character that stands for its group, such as 髙 → 高."""
    text = resources.files("vocabulary").joinpath("variants.csv").read_text(encoding="utf-8")
    return {ord(row["character"]): row["representative"] for row in csv.DictReader(text.splitlines())}


def plain(text: str) -> str:
    """``text`` without variants: selectors dropped, NFKC, upper case, one character for each group, 々 written out. Only for keys."""
    folded = unicodedata.normalize("NFKC", _SELECTORS.sub("", text)).upper()
    found = unicodedata.normalize("NFKC", folded).translate(variants())
    return _REPEATED.sub(lambda match: match[1] * (1 + len(match[2])), found)


def unify_dashes(text: str, dash: str) -> str:
    """``text`` with ``dash`` in place of every hyphen, dash, minus and long-vowel mark, which look alike."""
    return _DASHES.sub(dash, text)


def name_key(text: str) -> str:
    """Comparison key of a 氏名: variants, widths, selectors, case, spaces, middle dots and kinds of dashes do not count."""
    return unify_dashes(_PASSED_OVER.sub("", plain(text)), "ー")


def kana_key(text: str) -> str:
    """Comparison key of a 氏名カナ: as ``name_key``, and hiragana, half width and small kana do not count either."""
    return to_large_kana(to_katakana(name_key(text)))


def with_wildcards(text: str, substitutes: str) -> str:
    """``text`` with a wildcard for every character whose flag in 代替文字位置 is "1"; missing flags mean "as is"."""
    signs = graphemes(text.replace(_WILDCARD, "\ufffd"))
    flags = substitutes.ljust(len(signs), "0")
    return "".join(_WILDCARD if flag == "1" else sign for sign, flag in zip(signs, flags, strict=False))


def fits(pattern: str, key: str) -> bool:
    """Whether two keys are equal where ``pattern`` has no wildcard. False when either is empty or nothing but wildcards."""
    if len(pattern) != len(key) or not pattern.strip(_WILDCARD):
        return False
    return all(mine in {theirs, _WILDCARD} for mine, theirs in zip(pattern, key, strict=True))


def same_name(a: str, b: str, substitutes: str = "") -> bool:
    """Whether ``a`` and ``b`` can be the same 氏名; never for an empty one.

    substitutes: 代替文字位置 of the certificate that ``a`` comes from, one digit per character; where it says "1",
    any one character of ``b`` fits.
    """
    return fits(name_key(with_wildcards(a, substitutes)), name_key(b))


# Old and new kana are different names, but whoever looks for a person wants to see both.
_OLD_KANA = str.maketrans("ヂヅヰヱヲ", "ジズイエオ")


def loose_key(text: str) -> str:
    """A key that more names share than are equal: order of 氏 and 名, old and new kana do not count. Only to look for candidates."""
    return "".join(sorted(kana_key(text).translate(_OLD_KANA)))
