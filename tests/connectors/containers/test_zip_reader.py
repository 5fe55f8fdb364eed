import csv
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.zip_reader import Limits, read_zip
from tests.connectors.containers.zips import assemble, central_part, local_part, ordinary_zip
from vocabulary.findings import Refused
from vocabulary.reasons import reasons

CORPUS = Path(__file__).parents[2] / "fixtures" / "zip-malformed"
EXPECTED = list(csv.DictReader((CORPUS / "expected.csv").read_text(encoding="utf-8").splitlines()))
GOOD = ordinary_zip([("manifest.xml", b"<a/>" * 40), ("attachments/01.txt", b"one"), ("form.pdf", bytes(range(256)) * 3)])
NAMES = st.sampled_from(["a.txt", "申請.xml", "attachments/01.pdf", "attachments/02.pdf", "b/c/d", "長い名前" * 10])


def code_of(data: bytes, limits: Limits | None = None) -> str:
    try:
        read_zip(data, limits or Limits())
    except Refused as refusal:
        assert refusal.finding.code in reasons()
        return refusal.finding.code
    return "accepted"


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row["file"])
def test_each_corpus_file_meets_its_expected_code(row: dict[str, str]) -> None:
    assert code_of((CORPUS / row["file"]).read_bytes()) == row["code"]


def test_the_corpus_table_names_every_file_and_refuses_all_that_are_broken() -> None:
    files = {path.relative_to(CORPUS).as_posix() for path in CORPUS.glob("*/*.zip")}
    assert files == {row["file"] for row in EXPECTED}
    assert all(row["code"] != "accepted" for row in EXPECTED if not row["file"].startswith("success/"))
    refused = [row["file"] for row in EXPECTED if row["file"].startswith("success/") and row["code"] != "accepted"]
    assert len(refused) == 7


def test_accepted_corpus_files_hold_what_the_standard_reader_sees() -> None:
    for row in EXPECTED:
        if row["code"] == "accepted":
            with zipfile.ZipFile(CORPUS / row["file"]) as archive:
                seen = [(name, archive.read(name)) for name in archive.namelist() if not name.endswith("/")]
            assert [(member.name, member.data) for member in read_zip((CORPUS / row["file"]).read_bytes())] == seen


@given(st.dictionaries(NAMES, st.binary(max_size=300), max_size=5), st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read_back(contents: dict[str, bytes], method: int) -> None:
    members = read_zip(ordinary_zip(contents.items(), method))
    assert [(member.name, member.data) for member in members] == list(contents.items())


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_flipped_or_cut_bytes_give_the_same_members_or_a_refusal(data: st.DataObject) -> None:
    spoiled = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        spoiled[data.draw(st.integers(0, len(GOOD) - 1))] ^= data.draw(st.integers(1, 255))
    start = data.draw(st.one_of(st.just(0), st.integers(0, len(GOOD))))
    end = data.draw(st.one_of(st.just(len(GOOD)), st.integers(start, len(GOOD))))
    try:
        members = read_zip(bytes(spoiled[start:end]))
    except Refused as refusal:
        assert refusal.finding.code.startswith("ZIP_")
        return
    assert [member.data for member in members] == [member.data for member in read_zip(GOOD)]


@pytest.mark.parametrize("cut", range(1, len(GOOD), 37))
def test_a_truncated_file_is_never_accepted(cut: int) -> None:
    assert code_of(GOOD[:cut]) == ("ZIP_TRUNCATED" if cut > 1 else "ZIP_NOT_ZIP")


def test_a_classic_bomb_is_refused_by_its_declared_size() -> None:
    content = bytes(3_000_000)
    assert code_of(ordinary_zip([("zeros", content)]), Limits(member_bytes=1_000_000)) == "ZIP_TOO_LARGE"
    assert code_of(ordinary_zip([(f"{n}", content) for n in range(4)]), Limits(total_bytes=10_000_000)) == "ZIP_TOO_LARGE"


def test_a_small_file_of_high_ratio_is_fine() -> None:
    assert code_of(ordinary_zip([("zeros", bytes(1_000_000))])) == "accepted"


def test_a_bomb_that_lies_about_its_size_is_counted_not_kept() -> None:
    content = bytes(64_000_000)
    bomb = assemble(local_part("a", content, size=10), [central_part("a", content, 0, size=10)])
    tracemalloc.start()
    assert code_of(bomb, Limits(member_bytes=20_000_000)) == "ZIP_TOO_LARGE"
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()
    assert code_of(bomb, Limits(member_bytes=100_000_000)) == "ZIP_CRC"


def test_members_that_share_their_bytes_are_refused() -> None:
    kernel = b"x" * 100_000
    part = local_part("a", kernel)
    assert code_of(assemble(part, [central_part("a", kernel, 0), central_part("b", kernel, 0)])) == "ZIP_OVERLAP"
    inner = local_part("inner", kernel)
    outer_packed = len(part) - 31 + len(inner)
    nested = part + inner
    directory = [central_part("a", kernel, 0, packed=outer_packed), central_part("inner", kernel, len(part))]
    assert code_of(assemble(nested, directory)) == "ZIP_OVERLAP"


def test_too_many_members_are_refused_before_they_are_read() -> None:
    assert code_of(ordinary_zip([(f"{n}", b"") for n in range(11)]), Limits(members=10)) == "ZIP_TOO_LARGE"


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../up", "a/../../b", "C:/x", "C:x", "a\\b", "a//b", "./a", "a\nb", "a\x7f", "dot.", "space ", "a /b", "CON",
     "nul.txt", "COM1.pdf", "LPT\u00b9", "a\u202egpj.exe", "a\u200b", "a:stream", "a?", "", "x" * 256],
)  # fmt: skip
def test_dangerous_names_are_refused(name: str) -> None:
    assert code_of(assemble(local_part(name, b"x"), [central_part(name, b"x", 0)])) == "ZIP_NAME"


@pytest.mark.parametrize("second", ["a.txt", "A.TXT", "a.txt/b", "a.txt/"])
def test_names_that_one_file_system_takes_for_one_are_refused(second: str) -> None:
    first = local_part("a.txt", b"")
    other = local_part(second, b"")
    directory = [central_part("a.txt", b"", 0), central_part(second, b"", len(first))]
    assert code_of(assemble(first + other, directory)) == "ZIP_DUPLICATE"


def test_composed_and_decomposed_kana_are_one_name() -> None:
    first, second = "が.txt", "か\u3099.txt"
    parts = local_part(first, b"") + local_part(second, b"")
    directory = [central_part(first, b"", 0), central_part(second, b"", len(local_part(first, b"")))]
    assert code_of(assemble(parts, directory)) == "ZIP_DUPLICATE"


def test_an_unmarked_name_outside_ascii_is_undecidable() -> None:
    unmarked = ordinary_zip([("申請.xml", b"x")]).replace(b"\x00\x08", b"\x00\x00")
    assert code_of(unmarked) == "ZIP_NAME_ENCODING"


@pytest.mark.parametrize("spoiled", [b"junk" + GOOD, GOOD + b"junk", GOOD + GOOD])
def test_bytes_that_belong_to_no_member_are_refused(spoiled: bytes) -> None:
    assert code_of(spoiled) == "ZIP_INCONSISTENT"


def test_a_gap_between_members_is_refused() -> None:
    parts = local_part("a", b"x") + b"hidden" + local_part("b", b"y")
    directory = [central_part("a", b"x", 0), central_part("b", b"y", len(local_part("a", b"x")) + 6)]
    assert code_of(assemble(parts, directory)) == "ZIP_INCONSISTENT"


def test_a_symbolic_link_is_refused() -> None:
    parts = local_part("link", b"/etc/passwd")
    entry = bytearray(central_part("link", b"/etc/passwd", 0))
    entry[4:6], entry[38:42] = b"\x14\x03", (0o120777 << 16).to_bytes(4, "little")
    assert code_of(assemble(parts, [bytes(entry)])) == "ZIP_NAME"


def test_a_representation_of_a_member_shows_no_content() -> None:
    assert "manifest" not in repr(read_zip(GOOD))


def test_a_folder_with_content_is_refused() -> None:
    assert code_of(assemble(local_part("a/", b"x"), [central_part("a/", b"x", 0)])) == "ZIP_INCONSISTENT"


def test_an_extra_field_that_gives_another_name_makes_the_name_undecidable() -> None:
    def with_path(shown: bytes) -> bytes:
        extra = struct.pack("<2HBL", 0x7075, 5 + len(shown), 1, zlib.crc32(b"a.txt")) + shown
        local, entry = bytearray(local_part("a.txt", b"x")), bytearray(central_part("a.txt", b"x", 0))
        local[28:30] = entry[30:32] = struct.pack("<H", len(extra))
        return assemble(bytes(local[:35]) + extra + bytes(local[35:]), [bytes(entry) + extra])

    assert code_of(with_path(b"a.txt")) == "accepted"
    assert code_of(with_path(b"b.txt")) == "ZIP_NAME_ENCODING"


def test_a_zip64_end_record_may_not_contradict_the_plain_one() -> None:
    good = (CORPUS / "success" / "zip64.zip").read_bytes()
    plain = bytearray(good)
    plain[-14:-10] = struct.pack("<2H", 2, 2)
    assert code_of(bytes(plain)) == "accepted"
    plain[-14:-10] = struct.pack("<2H", 1, 1)
    assert code_of(bytes(plain)) == "ZIP_INCONSISTENT"
