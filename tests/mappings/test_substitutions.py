"""Substitution tables and 縮退 candidates: nothing is replaced without approval, nothing twice, and a wrong table stops at load."""

from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.candidates import BASES, candidates, carries
from mappings.catalogue import Catalogue
from mappings.records import Table
from mappings.repertoire import judge
from mappings.substitutions import NONE, Substitute, SubstitutionTable, code_points, from_code_points, read_substitutions
from mappings.yaml_door import SpecError

HEAD = "from,to,why,approved_by,approved_on\n"
ROW = "U+301C,U+FF5E,波形,課長,2026-04-01\n"

MISTAKES = {
    "columns": ("from,to,why,approved\n", "line 1", "approved_on"),
    "no approval": (HEAD + "U+301C,U+FF5E,波形,,2026-04-01\n", "line 2", "approved_by"),
    "no day": (HEAD + "U+301C,U+FF5E,波形,課長,2026/4/1\n", "line 2 approved_on", "YYYY-MM-DD"),
    "no notation": (HEAD + ROW + "301D,U+FF5E,波形,課長,2026-04-01\n", "line 3", "U+845B U+E0100"),
    "a surrogate": (HEAD + "U+D842,U+FF5E,波形,課長,2026-04-01\n", "line 2", "no character"),
    "itself": (HEAD + "U+301C,U+301C,波形,課長,2026-04-01\n", "line 2", "replace itself"),
    "too long": (HEAD + "U+845B U+E0100 U+3099 U+309A,U+845B,長い,課長,2026-04-01\n", "line 2", "1 to 3 code points"),
    "twice": (HEAD + ROW + ROW, "line 3", "stands twice"),
    "a chain": (HEAD + ROW + "U+2053,U+301C,連鎖,課長,2026-04-01\n", "to", "itself replaced"),
}


def table_in(folder: Path, rows: str, *, head: str = 'id: signs\ntitle: 記号\nversion: "3"\n') -> SubstitutionTable:
    (folder / "signs.csv").write_text(rows, encoding="utf-8")
    (folder / "signs.yaml").write_text(head, encoding="utf-8")
    return read_substitutions(folder)["signs"]


@pytest.mark.parametrize(("rows", "key", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_wrong_table_stops_at_load_with_file_line_and_what_is_allowed(tmp_path: Path, rows: str, key: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        table_in(tmp_path, rows)
    assert caught.value.file == tmp_path / "signs.csv"
    assert caught.value.key == key
    assert words in str(caught.value)


HEADS = ['id: sign\ntitle: 記号\nversion: "3"\n', "id: signs\ntitle: 記号\n", 'id: signs\ntitle: 記\nversion: "3 b"\n']


@pytest.mark.parametrize("head", HEADS)
def test_a_table_needs_its_head_with_id_and_version(tmp_path: Path, head: str) -> None:
    with pytest.raises(SpecError):
        table_in(tmp_path, HEAD + ROW, head=head)


def test_a_table_knows_single_characters_and_sequences_the_longest_first(tmp_path: Path) -> None:
    rows = HEAD + ROW + "U+845B U+E0100,U+845B,字形,課長,2026-04-01\nU+304B U+3099 U+E0100,U+304C,結合,課長,2026-04-01\n"
    table = table_in(tmp_path, rows)
    assert table.name == "signs@3"
    assert table.single == {0x301C: "～"}
    assert table.sequences == ("か\u3099\U000e0100", "葛\U000e0100")
    assert table.entries["〜"].approved == "課長 2026-04-01"


def test_a_municipalitys_approval_goes_first_and_changes_the_version(tmp_path: Path) -> None:
    table = table_in(tmp_path, HEAD + ROW)
    mine = Substitute("〜", "―", "那覇市 2026-11-24")
    changed = table.overridden([mine])
    assert changed.entries["〜"] == mine
    assert changed.name.startswith("signs@3+")
    assert table.overridden([]) is table
    names = {table.overridden([Substitute("〜", target, by)]).name for target in "―-" for by in ("甲", "乙")}
    assert len(names) == 4


CHARACTERS = st.characters(exclude_categories=["Cs"])


@given(text=st.text(CHARACTERS, min_size=1, max_size=4))
@settings(deadline=None, max_examples=100)
def test_code_points_are_written_and_read_back(text: str) -> None:
    assert from_code_points(code_points(text)) == text


Fate = tuple[str | None, list[str], list[tuple[str, int]]]


def one_value(catalogue: Catalogue, text: str, format_id: str = "legacy-fixed") -> Fate:
    """What becomes of a text in the address of a claim: as written, reason codes, losses."""
    format_ = catalogue.formats[format_id].with_substitutions(TABLE)
    columns = {name: [None] for name in format_.columns["mishiharai"]}
    columns["jukyusha_jusho"] = [text]  # type: ignore[list-item]  # a column of texts
    judged = judge(format_, {"mishiharai": Table([1], [1], columns)})  # type: ignore[arg-type]  # as above
    kept = judged.tables["mishiharai"]
    written = kept.columns["jukyusha_jusho"][0] if kept.application else None
    return written, [finding.code for _, finding in judged.refused], [(loss.source, loss.times) for loss in judged.losses]


APPROVED = {
    "葛\U000e0100": Substitute("葛\U000e0100", "葛", "課長 2026-04-01"),
    "𠮷": Substitute("𠮷", "吉", "課長 2026-04-01"),
    "か\u3099": Substitute("か\u3099", "が", "課長 2026-04-01"),
    "\ue000": Substitute("\ue000", "邊", "課長 2026-04-01"),
    "㋿": Substitute("㋿", "令和", "課長 2026-04-01"),
}
TABLE = SubstitutionTable("mine", "1", MappingProxyType(APPROVED))

FATES = {
    "an IVS form with its base beside it": ("葛\U000e0100城の葛", "葛城の葛", [("U+845B U+E0100", 1)]),
    "a character beyond the BMP, twice": ("𠮷と𠮷", "吉と吉", [("U+20BB7", 2)]),
    "a combining mark": ("か\u3099く", "がく", [("U+304B U+3099", 1)]),
    "a town's own character": ("渡\ue000", "渡邊", [("U+E000", 1)]),
    "one that becomes two": ("㋿元年", "令和元年", [("U+32FF", 1)]),
    "a compatibility kanji that NFC would change": ("\ufa19社", "\ufa19社", []),
    "NEC and IBM double codes": ("髙﨑∵", "髙﨑∵", []),
}


@pytest.mark.parametrize(("text", "written", "losses"), FATES.values(), ids=FATES)
def test_what_is_approved_is_written_and_stands_in_the_ledger(
    catalogue: Catalogue, text: str, written: str, losses: list[tuple[str, int]]
) -> None:
    assert one_value(catalogue, text) == (written, [], losses)


UNAPPROVED = ["葛\U000e0101", "辻\ufe00", "〜", "−", "‖", "𠮟", "き\u3099", "\ue001", "\U0010de92", "森鷗外"]


@pytest.mark.parametrize("text", UNAPPROVED, ids=[code_points(text) for text in UNAPPROVED])
def test_what_is_not_approved_holds_the_record(catalogue: Catalogue, text: str) -> None:
    assert one_value(catalogue, f"一{text}二") == (None, ["CHAR_UNMAPPABLE"], [])


@pytest.mark.parametrize("format_id", ["standard-csv", "standard-xml", "clerk-workbook"])
def test_a_unicode_format_takes_them_all_but_a_towns_own_characters(catalogue: Catalogue, format_id: str) -> None:
    for text in UNAPPROVED:
        fate: Fate = (None, ["CHAR_UNMAPPABLE"], []) if text == "\ue001" else (text, [], [])
        assert one_value(catalogue, text, format_id) == fate


@given(text=st.text(st.sampled_from("葛城𠮷か\u3099\U000e0100\U000e0101\ue000㋿髙\ufa19一〜"), max_size=12))
@settings(deadline=None, max_examples=100)
def test_no_character_is_lost_in_silence(catalogue: Catalogue, text: str) -> None:
    written, codes, losses = one_value(catalogue, f"一{text}")
    if written is None:
        assert codes
        return
    assert written.encode("cp932").decode("cp932") == written
    counted = {code_points(source): f"一{text}".count(source) for source in APPROVED}
    assert dict(losses) == {points: times for points, times in counted.items() if times}


def test_every_candidate_is_another_character_with_a_known_basis() -> None:
    signs = candidates("㐀𠮷𡈽葛\U000e0102葛\U000e0100")
    assert [sign.mj for sign in signs] == ["MJ000004", "MJ032129", "MJ032932", "MJ022335", ""]
    assert [[one.character for one in sign.candidates] for sign in signs] == [["丘", "坵"], ["吉"], ["土"], ["葛"], ["葛"]]
    assert all(one.basis in BASES and one.character != sign.text for sign in signs for one in sign.candidates)
    assert candidates("那")[0].candidates == ()


def test_a_format_carries_what_it_encodes_or_has_a_substitute_for(catalogue: Catalogue) -> None:
    fixed = catalogue.formats["legacy-fixed"]
    assert carries(fixed, "〜")
    assert not carries(fixed.with_substitutions(NONE), "〜")
    assert not carries(fixed, "𠮷")
    assert carries(catalogue.formats["standard-csv"], "𠮷")
