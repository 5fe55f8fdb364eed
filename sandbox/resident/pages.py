"""HTML of the resident's pages (利用者画面): no script, no request outside, every control reachable by keyboard and named by a label."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from html import escape
from importlib import resources
from itertools import groupby
from typing import Any

import yaml

from sandbox.resident.fields import Field
from sandbox.web import Answer

BASE = "/resident"
_STYLE = """
@font-face{font-family:"Portal";src:url("/resident/font.otf")}
*{box-sizing:border-box}body{margin:0;background:#f8f8fb;color:#1a1a1c;font:16px/1.7 "Portal","Noto Sans JP",sans-serif}
header{background:#fff;border-bottom:4px solid #0031d8;padding:16px 24px}main{max-width:960px;margin:0 auto;padding:24px}
header p{margin:0;color:#4d4d4d;font-size:14px}h1{font-size:24px;margin:0}
h2{font-size:22px;margin:32px 0 12px;padding-left:12px;border-left:6px solid #0031d8}h3{font-size:18px;margin:0 0 8px}
a{color:#0017c1}a:focus,button:focus,input:focus,select:focus,[tabindex]:focus{outline:4px solid #000;outline-offset:2px}
article,fieldset{background:#fff;border:1px solid #949494;border-radius:8px;padding:16px;margin:0 0 16px;min-width:0}
legend{font-weight:600;padding:0 8px}.text{white-space:pre-line;margin:0 0 12px}.note{color:#4d4d4d;font-size:14px;margin:4px 0}
.field{display:grid;grid-template-columns:minmax(10em,14em) 1fr;gap:4px 16px;align-items:center;margin:8px 0}
input,select{font:inherit;width:100%;padding:8px 12px;border:1px solid #626264;border-radius:8px;background:#fff}
button,.button{display:inline-block;font:inherit;font-weight:600;color:#fff;background:#0017c1;border:0;border-radius:8px;padding:10px 24px;
text-decoration:none;cursor:pointer}
.second{color:#0017c1;background:#fff;border:1px solid #0017c1}.done{background:#e6f5ec;border-color:#197a4b}
dl{display:grid;grid-template-columns:minmax(7em,auto) 1fr;gap:4px 16px;margin:0 0 12px}dt{color:#4d4d4d}dd{margin:0;font-weight:600}
.wide{overflow-x:auto}table{width:100%;border-collapse:collapse;background:#fff}
th,td{border:1px solid #949494;padding:8px 12px;text-align:left;vertical-align:top}th{background:#e8f1fe;white-space:nowrap}
.row{display:flex;flex-wrap:wrap;gap:12px;align-items:center}.row form{margin:0}
.skip{position:absolute;left:-999px}.skip:focus{position:static}
@media(max-width:640px){.field{grid-template-columns:1fr}
thead{position:absolute;left:-999px}table,caption,tbody,tr,td{display:block}tr{border:1px solid #949494;margin:0 0 12px}td{border:0}
td::before{content:attr(data-head);display:block;color:#4d4d4d;font-size:14px}}
"""


@cache
def words() -> Mapping[str, Any]:
    """The words of the page, from words.yaml."""
    loaded: Mapping[str, Any] = yaml.safe_load(resources.files("sandbox.resident").joinpath("words.yaml").read_text(encoding="utf-8"))
    return loaded


def page(title: str, body: str, *, above: str = "") -> bytes:
    """A whole page. above: HTML of the way back."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{_STYLE}</style>'
    skip = '<a class="skip" href="#main">本文へ</a>'
    top = f"<header><p>模擬ポータル（架空の住民による練習用）{above}</p><h1>{escape(title)}</h1></header>"
    return f'<!doctype html><html lang="ja"><head>{head}</head><body>{skip}{top}<main id="main">{body}</main></body></html>'.encode()


def html(content: bytes, *, status: int = 200) -> Answer:
    """A page as an answer."""
    return Answer(status, content, {"Content-Type": "text/html; charset=utf-8"})


def go(path: str) -> Answer:
    """The way to another of the pages, after something was done."""
    return Answer(303, b"", {"Location": f"{BASE}{path}"})


def link(path: str, text: str, *, style: str = "") -> str:
    """A link to one of the pages."""
    kind = f' class="{style}"' if style else ""
    return f'<a{kind} href="{BASE}{escape(path)}">{escape(text)}</a>'


def way_up(atena: str = "") -> str:
    """The way back: to the choice of a person, and to this person's page."""
    back = f"　{link(f'/{atena}', 'マイページへ戻る')}" if atena else ""
    return f"　{link('/', '人を選びなおす')}{back}"


def form(path: str, inside: str) -> str:
    """A form that is posted."""
    return f'<form method="post" action="{BASE}{escape(path)}">{inside}</form>'


def button(text: str, *, name: str = "", value: str = "", style: str = "") -> str:
    """The button of a form."""
    said = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    return f'<button{f" class={style}" if style else ""}{said}>{escape(text)}</button>'


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are HTML already."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = "".join(f"<tr>{''.join(map(_cell, head, row))}</tr>" for row in rows)
    named = f"<caption class=note>{escape(caption)}</caption>"
    return f'<div class="wide" tabindex="0"><table>{named}<thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>'


def _cell(name: str, cell: str) -> str:
    """A cell that names its column, for screens on which the rows are cards."""
    return f'<td data-head="{escape(name)}">{cell}</td>'


def pairs(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values."""
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(value)}</dd>' for name, value in rows)}</dl>"


def inputs(fields: Sequence[Field]) -> str:
    """The fields of a form, a frame for each group."""
    frames = []
    for group, members in groupby(fields, key=lambda field: field.group):
        frames.append(f"<fieldset><legend>{escape(group)}</legend>{''.join(map(_input, members))}</fieldset>")
    return "".join(frames)


def _input(field: Field) -> str:
    name, label = escape(field.path), f'<label for="{escape(field.path)}">{escape(field.label)}</label>'
    if not field.options:
        return f'<div class="field">{label}<input id="{name}" name="{name}" value="{escape(field.text)}"></div>'
    options = "".join(
        f'<option value="{escape(code)}"{" selected" if code == field.text else ""}>{escape(meaning)}</option>'
        for code, meaning in field.options.items()
    )
    return f'<div class="field">{label}<select id="{name}" name="{name}">{options}</select></div>'


def moment(at: datetime) -> str:
    """2026年11月24日 15:00."""
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def day(text: str) -> str:
    """The day of an ISO text in words."""
    at = datetime.fromisoformat(text)
    return f"{at.year}年{at.month}月{at.day}日"
