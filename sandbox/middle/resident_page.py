"""What a resident sees at the portal (自己情報表示・やりとり履歴), drawn from the server's copies and records, as one page of HTML."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import noto_cjk_sans_jp_regular

from sandbox.middle.exchange_files import Row
from sandbox.middle.exchanges import words
from sandbox.middle.server import MiddleServer
from sandbox.web import Answer, Request

_HEADERS = {"Content-Type": "text/html; charset=utf-8"}
_NOT_SHOWN = "表示できる情報はありません。"
_FONT = "font.otf"
_FONT_FILE = Path(str(noto_cjk_sans_jp_regular.FONT_PATH))
_STYLE = """
@font-face{font-family:"Portal";src:url("/middle/resident/font.otf")}
body{margin:0;background:#f8f8fb;color:#1a1a1c;font:16px/1.7 "Portal","Noto Sans JP",sans-serif}
header{background:#fff;border-bottom:4px solid #0031d8;padding:16px 24px}main{max-width:1040px;margin:0 auto;padding:24px}
h1{font-size:24px;margin:0}h2{font-size:22px;margin:32px 0 12px;padding-left:12px;border-left:6px solid #0031d8}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:16px}
article{background:#fff;border:1px solid #949494;border-radius:8px;padding:16px}h3{font-size:18px;margin:0 0 8px}
dl{display:grid;grid-template-columns:minmax(7em,auto) 1fr;gap:4px 16px;margin:0}
dt{color:#4d4d4d}dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.note{color:#4d4d4d;font-size:14px;margin:8px 0 0}table{width:100%;border-collapse:collapse;background:#fff}
th,td{border:1px solid #949494;padding:8px 12px;text-align:left;vertical-align:top;font-size:14px}
th{background:#e8f1fe;white-space:nowrap}td:first-child,td:nth-child(6),td:last-child{white-space:nowrap}.wide{overflow-x:auto}
"""


class ResidentPage:
    """GET /middle/resident/<宛名番号>: as the resident would see it, marks of non-disclosure respected."""

    def __init__(self, server: MiddleServer) -> None:
        self._server = server
        people = server.town.people if server.town else ()
        self._names = {person.atena: person.name for person in people}

    def respond(self, request: Request) -> Answer:
        """The page of a person; 404 where the server knows nobody of the number."""
        person = request.path.removeprefix("/")
        if person == _FONT:
            return Answer(200, _FONT_FILE.read_bytes(), {"Content-Type": "font/otf", "Cache-Control": "max-age=86400"})
        number = self._server.gateway.numbers([person]).get(person, "")
        if request.method != "GET" or not self._server.store.rows("SELECT 1 FROM persons WHERE number = ?", number):
            return Answer(404, _page("該当する利用者がありません", f"<p>{_NOT_SHOWN}</p>"), _HEADERS)
        with self._server.store.change() as link:
            hidden = self._server.persons.flags_of(link, number)["nondisclosure"] == "1"
            copies = [] if hidden else self._server.copies.of_person(link, number)
            rows = [row for row in self._server.records.of_person(link, number) if _may_be_shown(row)]
        title = f"{self._names.get(person, '利用者')} さんの情報"
        way_up = f'<p><a href="/resident/{person}">マイページへ戻る</a></p>'
        body = f"{way_up}<h2>自己情報</h2>{_cards(copies)}<h2>やりとり履歴</h2>{_history(rows)}"
        return Answer(200, _page(title, body), _HEADERS)


def _may_be_shown(row: Row) -> bool:
    return "1" not in {row["nondisclosure_inquirer"], row["nondisclosure_provider"]}


def _page(title: str, body: str) -> bytes:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{_STYLE}</style>'
    top = f"<header><h1>{escape(title)}</h1></header>"
    return f'<!doctype html><html lang="ja"><head>{head}</head><body>{top}<main>{body}</main></body></html>'.encode()


def _cards(copies: Sequence[Mapping[str, Any]]) -> str:
    if not copies:
        return f"<p>{_NOT_SHOWN}</p>"
    return f'<div class="cards">{"".join(_card(copy) for copy in copies)}</div>'


def _card(copy: Mapping[str, Any]) -> str:
    pairs = "".join(f"<dt>{escape(one['label'])}</dt><dd>{escape(one['value'])}</dd>" for one in copy["values"])
    note = f'<p class="note">{escape(_day_and_time(copy["updatedAt"]))} 更新</p>'
    return f"<article><h3>{escape(copy['title'])}</h3><dl>{pairs}</dl>{note}</article>"


def _history(rows: Sequence[Row]) -> str:
    if not rows:
        return "<p>やりとりの履歴はありません。</p>"
    names = ("照会日時", "照会した機関", "提供した機関", "事務", "やりとりした情報", "提供日時", "結果")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    return f'<div class="wide" tabindex="0">{_table(head, rows)}</div>'


def _table(head: str, rows: Sequence[Row]) -> str:
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(_line(row) for row in rows)}</tbody></table>"


def _line(row: Row) -> str:
    cells = (
        _day_and_time(row["requested_at"]), row["inquirer"], row["provider"], _title("duty", row["duty"]), _title("item", row["item"]),
        _day_and_time(row["provided_at"]) if row["provided_at"] else "－", _title("outcome", row["outcome"]),
    )  # fmt: skip
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _title(sort: str, code: str) -> str:
    return str(words()["titles"][sort].get(code, code))


def _day_and_time(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
