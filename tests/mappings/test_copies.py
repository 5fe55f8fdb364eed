"""Kinds of copies load with two layouts each, and a wrong spec says what is allowed."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from mappings.catalogue import Catalogue
from mappings.copies import PERSON, read_copies
from mappings.yaml_door import SpecError

KINDS = {
    "jidoteate-jukyu": ("027", "jidoteate"),
    "hoiku-nintei-joho": ("028", "hoiku"),
    "jifuyo-jukyu": ("020", "jifuyo"),
    "boshi-ninpu": ("019", "boshi"),
    "yobosesshu": ("019", "yobosesshu"),
}
LAST_OLD, FIRST_NEW = date(2027, 5, 31), date(2027, 6, 1)

# what stands in yobosesshu/copy.yaml, what a hasty hand makes of it, key and words that the error must name
MISTAKES = [
    ("ledger: yobo", "ledgar: yobo", "ledgar", "ledger?"),
    ("id: yobo", "id: yobbo", "id", "yobosesshu"),
    ('business: "019"', 'business: "19"', "business", "019"),
    ("code: TK019002", "code: TK019001", "code", "boshi-ninpu's"),
    ("key: [atenabango, yobosesshushurui", "key: [yobosesshushurui", "key", "atenabango first"),
    ("key: [atenabango, yobosesshushurui, kaisu]", "key: [atenabango, yobosesshushurui, kaisuu]", "key", "kaisu?"),
    ("column: 接種日, required: yes", "column: ロット番号, required: yes", "items.seizobango.column", "column of sesshubi"),
    ('column: 接種回数, required: yes, form: "[0-9]{2}"', 'column: 接種回数, form: "[0-9]{2}"', "items.kaisu.required", "yes"),
    ('form: "[0-9]{2}"', 'form: "[0-9"', "items.kaisu.form", "regular expression"),
    ("type: X, length: 20, column: ロット番号}", "type: X, length: 20, column: ロット番号, past: yes}", "items.seizobango.past", "DATE"),
    ("type: DATE", "type: DAY", "items.sesshubi.type", "DATE"),
    ("valid_from: 2027-06-01", "valid_from: 2027-06-02", "layouts.1.valid_from", "2027-06-01"),
    ("valid_until: 2027-05-31", "valid_until: 2025-05-31", "layouts.0.valid_until", "2026-06-01 or later"),
    ("version: 2027-06", "version: 2026-06", "layouts.1.version", "stands twice"),
    ("sesshubi, wakuchimmei, seizobango, sesshuryo, jisshikikan, sesshukubun]", "sesshubi, sesshubi]", "layouts.0.items", "twice"),
    ("    items: [atenabango, yobosesshushurui, kaisu,", "    items: [atenabango, kaisu, yobosesshushurui,", "layouts.0.items", "key"),
    ("  sesshubi: 接種日\n", "  sesshuby: 接種日\n", "shown", "sesshubi?"),
]


def test_the_five_kinds_copy_their_ledgers(catalogue: Catalogue) -> None:
    assert {name: (kind.business, kind.ledger) for name, kind in catalogue.copies.items()} == KINDS


@pytest.mark.parametrize("name", KINDS)
def test_a_layout_is_valid_from_its_switch_day_and_has_one_item_more(catalogue: Catalogue, name: str) -> None:
    kind = catalogue.copies[name]
    old, new = kind.layout_on(LAST_OLD), kind.layout_on(FIRST_NEW)
    assert old is not None and new is not None
    assert (old.version, new.version, kind.layout_on(date(2026, 5, 31))) == ("2026-06", "2027-06", None)
    assert new.items[: len(old.items)] == old.items
    assert len(new.items) == len(old.items) + 1
    assert kind.columns(old)[0] == "宛名番号"


@pytest.mark.parametrize("name", KINDS)
def test_the_portal_shows_no_number_of_a_person(catalogue: Catalogue, name: str) -> None:
    kind = catalogue.copies[name]
    assert kind.key[0] == PERSON
    assert not [item for item in kind.shown if item.endswith(PERSON)]


@pytest.mark.parametrize(("stands", "written", "key", "words"), MISTAKES)
def test_a_mistake_is_named_with_file_key_and_what_is_allowed(
    tmp_path: Path, catalogue: Catalogue, stands: str, written: str, key: str, words: str
) -> None:
    shutil.copytree(catalogue.root / "copies", tmp_path / "copies")
    file = tmp_path / "copies" / "yobosesshu" / "copy.yaml"
    text = file.read_text(encoding="utf-8")
    assert stands in text
    file.write_text(text.replace(stands, written, 1), encoding="utf-8")
    with pytest.raises(SpecError) as error:
        read_copies(tmp_path / "copies", sorted(catalogue.items))
    assert error.value.file == file
    assert error.value.key == key
    assert words in str(error.value)


def test_specifications_without_copies_load(tmp_path: Path) -> None:
    assert read_copies(tmp_path / "copies", ["019"]) == {}
