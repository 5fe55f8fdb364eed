import io
import struct
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from connectors.attachments import judge_attachment
from tests.connectors.containers.packages import PDF
from tests.connectors.containers.zips import deflate, ordinary_zip
from vocabulary.findings import Refused
from vocabulary.reasons import reasons


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">L4sLL", 13, b"IHDR", width, height) + b"\x08\x02\x00\x00\x00"


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00\x00\x00;"


def jpeg(width: int, height: int) -> bytes:
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(9) + b"\xff\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03\xff\xd9"
    )


def tiff(width: int, height: int, order: str = "<") -> bytes:
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    entries = struct.pack(f"{order}HHHLL", 2, 256, 4, 1, width) + struct.pack(f"{order}HHLL", 257, 4, 1, height)
    return mark + struct.pack(f"{order}L", 8) + entries + bytes(4)


def office(folder: str, *extra: tuple[str, bytes], types: bytes = b"<Types/>") -> bytes:
    link = b'<Relationships><Relationship Type="x/hyperlink" TargetMode="External" Target="https://example.jp"/></Relationships>'
    return ordinary_zip([("[Content_Types].xml", types), (f"{folder}/main.xml", b"<a/>"), ("_rels/.rels", link), *extra])


def ole(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"".join(name.encode("utf-16-le") + bytes(8) for name in names)


def pdf_with(catalog: bytes, *objects: bytes) -> bytes:
    return PDF.replace(b"/Type /Catalog", b"/Type /Catalog " + catalog).replace(b"trailer", b"".join(objects) + b"trailer")


def object_stream(content: bytes, *, header: bytes = b"/Type /ObjStm /Filter /FlateDecode", packed: bytes | None = None) -> bytes:
    return b"9 0 obj\n<< " + header + b" >>\nstream\r\n" + (packed or zlib.compress(content)) + b"\nendstream\nendobj\n"


def written_pdf(change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    change(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def code_of(name: str, data: bytes) -> str:
    try:
        return judge_attachment(f"attachments/{name}", data)
    except Refused as refusal:
        assert refusal.finding.code in reasons()
        return refusal.finding.code


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
ACCEPTED = {
    "01.pdf": (PDF, "application/pdf"),
    "02.PDF": (written_pdf(lambda _: None), "application/pdf"),
    "01.jpg": (jpeg(4000, 3000), "image/jpeg"),
    "01.jpeg": (jpeg(1, 1), "image/jpeg"),
    "01.png": (png(10, 10), "image/png"),
    "01.gif": (gif(10, 10), "image/gif"),
    "01.tif": (tiff(10, 10), "image/tiff"),
    "01.tiff": (tiff(10, 10, ">"), "image/tiff"),
    "01.xlsx": (office("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "01.docx": (office("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "01.pptx": (office("ppt"), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "01.xls": (ole("Root Entry", "Workbook"), "application/vnd.ms-excel"),
    "01.doc": (ole("Root Entry", "WordDocument"), "application/msword"),
    "01.ppt": (ole("Root Entry", "PowerPoint Document"), "application/vnd.ms-powerpoint"),
    "01.xml": ('<?xml version="1.0"?><就労証明書/>'.encode(), "application/xml"),
    "01.txt": ("就労先：那覇市役所\r\n".encode("cp932"), "text/plain"),
    "01.csv": ("\ufeff氏名,続柄\r\n".encode(), "text/plain"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_kinds_are_told_by_their_content(name: str) -> None:
    data, media_type = ACCEPTED[name]
    assert code_of(name, data) == media_type


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_extension_of_another_kind_is_refused(name: str) -> None:
    other = "01.gif" if not name.lower().endswith("gif") else "01.pdf"
    assert code_of(other, ACCEPTED[name][0]) == "ATT_TYPE"


REFUSED = {
    "executable named pdf": ("01.pdf", b"MZ\x90\x00\x03", "ATT_TYPE"),
    "elf named txt": ("01.txt", b"\x7fELF\x02", "ATT_TYPE"),
    "executable by its own name": ("01.exe", b"MZ\x90\x00\x03", "ATT_TYPE"),
    "script": ("01.txt", b"#!/bin/sh\n", "ATT_TYPE"),
    "heic": ("01.heic", HEIC, "ATT_NOT_ACCEPTED"),
    "heic named jpg": ("01.jpg", HEIC, "ATT_NOT_ACCEPTED"),
    "avif": ("01.avif", HEIC.replace(b"ftypheic", b"ftypavif"), "ATT_NOT_ACCEPTED"),
    "plain zip": ("01.zip", ordinary_zip([("a.txt", b"x")]), "ATT_NOT_ACCEPTED"),
    "unknown bytes": ("01.dat", b"\x00\x01\x02\x03", "ATT_NOT_ACCEPTED"),
    "unknown compound file": ("01.msg", ole("__properties_version1.0"), "ATT_NOT_ACCEPTED"),
    "text without extension": ("01.html", b"<html></html>", "ATT_TYPE"),
    "cut pdf": ("01.pdf", PDF[:40], "ATT_TYPE"),
    "empty pdf": ("01.pdf", b"", "ATT_TYPE"),
    "cut png": ("01.png", png(10, 10)[:20], "ATT_TYPE"),
    "jpeg without frame": ("01.jpg", b"\xff\xd8\xff\xd9", "ATT_TYPE"),
    "huge png": ("01.png", png(60_000, 60_000), "ATT_TOO_LARGE"),
    "huge jpeg": ("01.jpg", jpeg(8000, 8000), "ATT_TOO_LARGE"),
    "huge gif": ("01.gif", gif(60_000, 60_000), "ATT_TOO_LARGE"),
    "huge tiff": ("01.tif", tiff(60_000, 60_000), "ATT_TOO_LARGE"),
    "damaged office": ("01.xlsx", office("xl")[:-30], "ATT_TYPE"),
    "macros": ("01.xlsx", office("xl", ("xl/vbaProject.bin", b"x")), "ATT_ACTIVE"),
    "macro types": (
        "01.docx",
        office("word", types=b"<Types>application/vnd.ms-word.document.macroEnabled.main+xml</Types>"),
        "ATT_ACTIVE",
    ),
    "embedded object": ("01.docx", office("word", ("word/embeddings/oleObject1.bin", b"x")), "ATT_ACTIVE"),
    "outside template": (
        "01.docx",
        office("word", ("word/_rels/s.rels", b'<R><Relationship Type="x/attachedTemplate" TargetMode="External" Target="http://x"/></R>')),
        "ATT_ACTIVE",
    ),
    "old macros": ("01.xls", ole("Workbook", "_VBA_PROJECT"), "ATT_ACTIVE"),
    "password": ("01.xlsx", ole("EncryptedPackage"), "ATT_ACTIVE"),
    "xml with doctype": ("01.xml", b'<?xml version="1.0"?><!DOCTYPE a><a/>', "ATT_ACTIVE"),
    "broken xml": ("01.xml", b'<?xml version="1.0"?><a>', "ATT_TYPE"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_come_in_is_refused(name: str) -> None:
    file, data, code = REFUSED[name]
    assert code_of(file, data) == code


HIDDEN = b"1 0 << /S /JavaScript /JS (app.alert\\(1\\)) >>"
ACTIVE_PDFS = {
    "javascript": pdf_with(b"/Names << /JavaScript << /Names [(a) 5 0 R] >> >>"),
    "embedded file": written_pdf(lambda writer: writer.add_attachment("a.txt", b"x")),
    "password": written_pdf(lambda writer: writer.encrypt("secret")),
    "launch": pdf_with(b"/OpenAction << /S /Launch /F (cmd.exe) >>"),
    "escaped name": pdf_with(b"/OpenAction << /S /J#61vaScript >>"),
    "script by reference": pdf_with(b"/X << /S /JavaScript /JS 5 0 R >>"),
    "script of a rendition": pdf_with(b"/X << /S /Rendition /JS (x) >>"),
    "dynamic form": pdf_with(b"/AcroForm << /XFA [(template) 5 0 R] >>"),
    "opening action by reference": pdf_with(b"/OpenAction 5 0 R", b"5 0 obj << /S /URI /URI (http://x) >> endobj\n"),
    "opening action nowhere": pdf_with(b"/OpenAction 5 0 R"),
    "opening action inline": pdf_with(b"/OpenAction << /S /URI /URI (http://x) >>"),
    "object stream": pdf_with(b"", object_stream(HIDDEN)),
    "object stream behind a comment": pdf_with(b"", object_stream(HIDDEN, header=b"/Type /ObjStm /Filter /FlateDecode % endobj\n")),
    "object stream by escaped name": pdf_with(b"", object_stream(HIDDEN, header=b"/Type /Obj#53tm /Filter /Flate#44ecode")),
    "object stream in another packing": pdf_with(b"", object_stream(b"", header=b"/Type /ObjStm /Filter /LZWDecode", packed=b"x")),
    "damaged object stream": pdf_with(b"", object_stream(b"", packed=deflate(HIDDEN))),
    "bomb in an object stream": pdf_with(b"", object_stream(bytes(70 << 20))),
    "many opening actions": pdf_with(b"/OpenAction 5 0 R " * 5000, b"5 0 obj [1 0 R] endobj\n"),
}


@pytest.mark.parametrize("name", ACTIVE_PDFS)
def test_a_pdf_that_runs_carries_or_hides_something_is_refused(name: str) -> None:
    assert code_of("01.pdf", ACTIVE_PDFS[name]) == "ATT_ACTIVE"


@pytest.mark.parametrize(
    "data",
    [
        pdf_with(b"/OpenAction [2 0 R /Fit]"),
        pdf_with(b"/OpenAction << /S /GoTo /D [2 0 R /Fit] >>"),
        pdf_with(b"/OpenAction 5 0 R", b"5 0 obj [2 0 R /Fit] endobj\n"),
        pdf_with(b"/OpenAction 5 0 R", b"5 0 obj << /S /GoTo /D [2 0 R /Fit] >> endobj\n"),
        pdf_with(b"/Title (Encryption and /JSON)"),
        pdf_with(b"", object_stream(b"1 0 << /Type /Page >>")),
        pdf_with(b"", object_stream(b"", header=b"/Filter /DCTDecode", packed=b"\x9c\x01/JS(\xff\x00/JS<\x81/JS 1 0 R\x02")),
    ],
)
def test_a_pdf_that_only_shows_itself_is_accepted(data: bytes) -> None:
    assert code_of("01.pdf", data) == "application/pdf"


@given(st.sampled_from(sorted(ACCEPTED)), st.binary(max_size=60), st.integers(0, 4000), st.integers(0, 300))
@settings(max_examples=100, deadline=None)
def test_spoiled_attachments_are_judged_never_an_error(name: str, patch: bytes, place: int, cut: int) -> None:
    data = ACCEPTED[name][0]
    assert code_of(name, data[:place] + patch + data[place + cut :]) in {*reasons(), ACCEPTED[name][1]}


def seconds_to_judge(content: bytes) -> float:
    data = b"%PDF-1.7\n" + content + b"\n%%EOF"
    started = time.perf_counter()
    code_of("attachments/1.pdf", data)
    return time.perf_counter() - started


@pytest.mark.parametrize(
    "made_of",
    [
        lambda size: b"/OpenAction<<" * (size * 3_000),
        lambda size: b"/OpenAction 1 0 R" * 8 + b"1 0 obj<<" * (size * 30_000),
        lambda size: b"".join(object_stream(b"", header=b"/ObjStm/FlateDecode") for _ in range(size * 4_000)),
        lambda size: b"/ObjStm/FlateDecode stream\nx\x9c" * (size * 6_000),
    ],
    ids=["actions without an end", "objects without an end", "many streams", "many damaged streams"],
)
def test_a_pdf_made_to_be_slow_is_judged_in_the_time_of_its_size(made_of: Callable[[int], bytes]) -> None:
    small = min(seconds_to_judge(made_of(2)) for _ in range(3))
    assert seconds_to_judge(made_of(16)) < 24 * max(small, 0.005), "eight times the size takes eight times as long, not sixty-four"
