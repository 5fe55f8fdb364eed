"""PDFs of the portal (様式のPDF) and of residents' attachments, typeset with the Japanese font that comes as a wheel."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import noto_cjk_sans_jp_regular
import typst
from lxml import etree

from sandbox.form_words import instant, printed

_TEMPLATES = Path(__file__).parent / "templates"
_FONTS = Path(str(noto_cjk_sans_jp_regular.__file__)).parent
_MASKED = frozenset({"個人番号"})


def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(input=str(_TEMPLATES / template), root=str(_TEMPLATES), font_paths=[str(_FONTS)], ignore_system_fonts=True)


@dataclass(slots=True)
class Printer:
    """Two compilers that are reused for all PDFs. The same content at the same moment gives the same bytes."""

    _form: typst.Compiler = field(default_factory=lambda: _compiler("form.typ"))
    _attachment: typst.Compiler = field(default_factory=lambda: _compiler("attachment.typ"))

    def form(self, content: etree._Element, *, title: str, receipt: str, submitted: datetime, arrived: datetime) -> bytes:
        """The form with 項目 and 値 in tables, 受付番号 and the two times. 個人番号 is printed as 記載あり only."""
        header = ["受付番号", receipt, "手続", title, "申請日時", instant(submitted), "到達日時", instant(arrived)]
        value = {"title": title, "receipt": receipt, "header": header, "sections": list(_sections(content))}
        return self._print(self._form, "form", value, submitted)

    def attachment(self, *, title: str, owner: str, made: datetime) -> bytes:
        """A small document that says what it stands for and whose it is."""
        return self._print(self._attachment, "sheet", {"title": title, "owner": owner}, made)

    @staticmethod
    def _print(compiler: typst.Compiler, name: str, value: object, moment: datetime) -> bytes:
        inputs = {name: json.dumps(value, ensure_ascii=False)}
        pdf = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=moment, pdf_tags=False)
        if not isinstance(pdf, bytes):
            raise TypeError("the typesetter gave no PDF")
        return pdf


def _sections(content: etree._Element) -> Iterator[dict[str, object]]:
    """Values in the order of the form: plain fields under 申請内容, every group in a table of its own, numbered where it repeats."""
    yield {"title": "申請内容", "rows": [[_name(part), _value(part)] for part in content if not len(part) and part.text]}
    groups = [part for part in content if len(part)]
    total, seen = Counter(map(_name, groups)), Counter[str]()
    for part in groups:
        name = _name(part)
        seen[name] += 1
        title = f"{name}{seen[name]}" if total[name] > 1 else name
        yield {"title": title, "rows": [[_name(field_), _value(field_)] for field_ in part]}


def _value(element: etree._Element) -> str:
    name = _name(element)
    if name in _MASKED:
        return "記載あり"
    return printed(name, element.text or element.get("ファイル名") or "")


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
