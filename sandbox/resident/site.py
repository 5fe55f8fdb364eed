"""The resident's pages of the portal (利用者画面) at ``/resident/``: a person files by hand, follows status and notices, acts on them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qs, urlsplit

import noto_cjk_sans_jp_regular

from sandbox.control import SandboxClock
from sandbox.corrections import AskedResidents
from sandbox.forms_catalogue import FORMS
from sandbox.portal_server import Portal
from sandbox.resident.fields import Field
from sandbox.resident.filing import Filed, FilingDesk
from sandbox.resident.letterbox import LetterboxPages
from sandbox.resident.mailbox import Mailbox
from sandbox.resident.notices import Notice, NoticeActs
from sandbox.resident.pages import BASE, button, form, go, html, inputs, link, moment, page, table, way_up, words
from sandbox.resident.people import OFFERED, People
from sandbox.town_people import Resident
from sandbox.web import Answer, Request

_FONT = Path(str(noto_cjk_sans_jp_regular.FONT_PATH))
_SUGGESTED, _FOUND = 6, 30


@dataclass(frozen=True)
class ResidentSite:
    """Everything that the pages show and change. work: what the world around the portal does when asked, by name."""

    people: People
    filing: FilingDesk
    portal: Portal
    mailbox: Mailbox
    acts: NoticeActs
    letterbox: LetterboxPages
    asked: AskedResidents
    clock: SandboxClock
    work: Mapping[str, Callable[[], object]]
    one_at_a_time: Lock = field(default_factory=Lock, init=False, repr=False)

    def respond(self, request: Request) -> Answer:
        """The page of a path; 404 where there is none."""
        parts = urlsplit(request.path)
        steps = [step for step in parts.path.split("/") if step]
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        try:
            # A button that is pressed twice at once files under two numbers, and pays once.
            with self.one_at_a_time:
                return self._page(steps, query, request)
        except (KeyError, ValueError, StopIteration):
            return html(page("ページが見つかりません", link("/", "はじめに戻る")), status=404)

    def _page(self, steps: list[str], query: Mapping[str, str], request: Request) -> Answer:
        posted = {name: str(text) for name, text in request.cells.items()} if request.method == "POST" else None
        if steps == ["font.otf"]:
            return Answer(200, _FONT.read_bytes(), {"Content-Type": "font/otf", "Cache-Control": "max-age=86400"})
        if not steps:
            return self._shown("マイページを選ぶ", self._front(query.get("q", "")))
        if steps == ["world"] and posted is not None:
            return self._run_world(posted)
        person = self.people.adults[steps[0]]
        match steps[1:]:
            case []:
                return self._shown(f"{person.name} さんのページ", self._home(person, query.get("filed", "")), above=way_up())
            case ["apply", procedure]:
                return self._apply(person, procedure, posted)
            case ["again", receipt]:
                return self._apply_again(person, receipt, posted)
            case ["pay" | "answer" as what, reference]:
                notice = next(one for one in self.mailbox.of(person.atena) if one["reference"] == reference)
                return self._act(person, what, notice, posted)
            case ["letterbox", *inside]:
                return self.letterbox.respond(person, inside, posted)
        raise KeyError(steps[1])

    def _front(self, words_given: str) -> str:
        filed = {one.atena for one in self.filing.filed()}
        search = (
            f'<form method="get" action="{BASE}/"><div class="field"><label for="q">氏名・カナで探す</label>'
            f'<input id="q" name="q" value="{escape(words_given)}"></div>{button("探す", style="second")}</form>'
        )
        if words_given:
            rows = [_person_row(one, filed) for one in self.people.called(words_given)[:_FOUND]]
            return f"{search}{table('見つかった住民', ('氏名', '宛名番号', ''), rows)}{self._world()}"
        groups = "".join(self._suggested(name, filed) for name in OFFERED)
        return f"{search}<h2>申請してみる人を選ぶ</h2>{groups}{self._world()}"

    def _suggested(self, procedure: str, filed: set[str]) -> str:
        fits = (one for one in self.people.adults.values() if one.atena not in filed and not one.protected)
        chosen = [one for one in fits if FORMS[procedure] in self.people.may_file(one)][:_SUGGESTED]
        names = "".join(f"<li>{link(f'/{one.atena}', one.name)} <span class=note>{escape(one.kana)}</span></li>" for one in chosen)
        return f"<article><h3>{escape(FORMS[procedure].title)}</h3><ul>{names}</ul></article>"

    def _world(self) -> str:
        """The world around the portal, which stands still until somebody moves it."""
        now = self.clock.now()
        stamp = f'<label for="now">模擬環境の時刻</label><input id="now" name="now" type="datetime-local" value="{now:%Y-%m-%dT%H:%M}">'
        clock = form("/world", f'<div class="field">{stamp}</div>{button("時刻を変える", style="second")}')
        works = "".join(form("/world", button(text, name="work", value=name, style="second")) for name, text in words()["work"].items())
        return f'<h2>まわりの世界を動かす</h2><article>{clock}</article><div class="row">{works}</div>'

    def _run_world(self, posted: Mapping[str, str]) -> Answer:
        if "work" in posted:
            self.work[posted["work"]]()
            return go("/")
        try:
            now = datetime.fromisoformat(posted["now"])
        except ValueError:
            said = f"<p>時刻は 2026-11-24T15:00 の形で入力してください。</p>{link('/', 'はじめに戻る')}"
            return html(page("時刻が正しくありません", said), status=400)
        self.clock.set(now.replace(tzinfo=self.clock.now().tzinfo))
        return go("/")

    def _home(self, person: Resident, just_filed: str) -> str:
        mine = [one for one in self.filing.filed() if one.atena == person.atena]
        done = f'<article class="done" role="status">申請を受け付けました。受付番号は {escape(just_filed)} です。</article>'
        rows = [(escape(one.receipt), self._title(one), moment(one.arrived), self._status(one)) for one in mine]
        listed = table("申請と処理状況", ("受付番号", "手続", "到達", "処理状況"), rows) if rows else "<p>申請はまだありません。</p>"
        notices = "".join(map(self.acts.shown, self.mailbox.of(person.atena))) or "<p>お知らせはありません。</p>"
        offers = "".join(
            f"<li>{link(f'/{person.atena}/apply/{one.id}', f'{one.title}を申請する')}</li>" for one in self.people.may_file(person)
        )
        own = f'<h2>わたしの情報</h2><p><a href="/middle/resident/{person.atena}">自己情報とやりとり履歴を見る</a></p>'
        box = f"<h2>民間送達サービス</h2><p>{link(f'/{person.atena}/letterbox', self.letterbox.summary(person))}</p>"
        told = done if just_filed else ""
        return f"{told}<h2>申請の状況</h2>{listed}<h2>お知らせ</h2>{notices}<h2>手続</h2><ul>{offers}</ul>{box}{own}"

    def _title(self, one: Filed) -> str:
        again = f'<br><span class="note">{escape(one.previous)} の再申請</span>' if one.previous else ""
        return f"{escape(one.form.title)}{again}"

    def _status(self, one: Filed) -> str:
        status = self.portal.status_of(one.receipt)
        # Whoever is told by telephone has no notice with the button.
        way = f"<br>{link(f'/{one.atena}/again/{one.receipt}', '再申請する')}" if status == "CORRECTION" else ""
        return f"<strong>{escape(words()['statuses'][status])}</strong>{way}"

    def _apply(self, person: Resident, procedure: str, posted: Mapping[str, str] | None) -> Answer:
        chosen = next(one for one in self.people.may_file(person) if one.id == procedure)
        now = self.clock.now()
        if posted is not None:
            return go(f"/{person.atena}?filed={self.filing.file(person, chosen, posted, now)}")
        fields = self.filing.fields(person, chosen, now)
        return self._form_page(person, chosen.title, f"/{person.atena}/apply/{procedure}", fields)

    def _apply_again(self, person: Resident, receipt: str, posted: Mapping[str, str] | None) -> Answer:
        previous = next(one for one in self.filing.filed() if (one.receipt, one.atena) == (receipt, person.atena))
        if posted is not None:
            again = self.filing.file_again(previous, posted, self.clock.now())
            self.asked.note(receipt)
            return go(f"/{person.atena}?filed={again}")
        title = f"{previous.form.title}（{receipt} の再申請）"
        return self._form_page(person, title, f"/{person.atena}/again/{receipt}", self.filing.fields_again(previous))

    def _form_page(self, person: Resident, title: str, path: str, fields: list[Field]) -> Answer:
        hint = "わかっていることは入力してあります。変えることも、空にすることもできます。個人番号はカードから読み取ります。"
        note = f'<p class="note">{hint}</p>'
        send = button("署名して申請する（練習用のカード）")
        return self._shown(title, form(path, f"{note}{inputs(fields)}{send}"), above=way_up(person.atena))

    def _act(self, person: Resident, what: str, notice: Notice, posted: Mapping[str, str] | None) -> Answer:
        if what == "answer" and posted is not None:
            self.acts.answer(notice, posted["choice"])
        elif posted is not None:
            self.acts.pay(notice, posted["way"])
        elif what == "pay":
            return self._shown("納付", self.acts.payment_page(notice), above=way_up(person.atena))
        else:
            raise KeyError(what)
        return go(f"/{person.atena}")

    def _shown(self, title: str, body: str, *, above: str = "") -> Answer:
        return html(page(title, body, above=above))


def _person_row(person: Resident, filed: set[str]) -> tuple[str, str, str]:
    return link(f"/{person.atena}", person.name), escape(person.atena), "申請あり" if person.atena in filed else ""
