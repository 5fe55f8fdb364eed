"""The pages' own font (画面の字形): the printing font cut to the characters that the pages show, so that they look alike everywhere."""

import io
import logging
import re
from functools import lru_cache

from pipeline.printing.glyphs import font_file

TAGS = re.compile(r"<[^>]*>")


def font_for(pages: str) -> bytes:
    """A WOFF with every character of the pages' text. The same characters give the same bytes."""
    shown = frozenset(TAGS.sub("", pages)) | frozenset(map(chr, range(0x20, 0x7F)))
    return _cut("".join(sorted(shown)))


@lru_cache(maxsize=4)
def _cut(characters: str) -> bytes:
    from fontTools import subset

    # It tells every glyph of every page at the level that Airflow logs.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    # The pages set every line horizontally, so the font's tables for vertical and other forms would only weigh.
    options = subset.Options(flavor="woff", notdef_outline=True, recalc_timestamp=False, layout_features=[], desubroutinize=True)
    with subset.load_font(str(font_file()), options, lazy=True) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        file = io.BytesIO()
        subset.save_font(font, file, options)
    return file.getvalue()
