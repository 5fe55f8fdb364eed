"""What a notice offers to do (お知らせからの操作): file again, pay, answer a questionnaire."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

from sandbox.journals import Journals
from sandbox.osr_server import NoticeDesk
from sandbox.payments import Payment, pay
from sandbox.resident.pages import button, day, form, link, pairs, words

Notice = Mapping[str, Any]
CANCEL = "cancel"


class NoticeActs:
    """Acts of residents on their notices, remembered by reference in the journal of effects. ``home``: the sandbox's folder."""

    def __init__(self, home: Path, desk: NoticeDesk, journals: Journals, now: Callable[[], datetime]) -> None:
        self._home = home
        self._desk = desk
        self._journals = journals
        self._now = now
        self._paid = {entry["key"]: str(entry["way"]) for entry in journals.earlier("portal", "payment")}
        self._answered = {entry["reference"]: str(entry["choice"]) for entry in journals.earlier("osr", "answer")}

    def shown(self, notice: Notice) -> str:
        """A notice as its resident reads it, with its buttons."""
        until = datetime.fromisoformat(notice["displayUntil"])
        over = "　表示期間が終わりました" if self._now() > until else ""
        span = f'<p class="note">{day(notice["displayFrom"])}から{day(notice["displayUntil"])}まで表示{over}</p>'
        taken_back = self._desk.state_of(notice["reference"]) == "cancelled"
        body = '<p class="text">このお知らせは取り消されました。</p>' if taken_back else f'<p class="text">{escape(notice["body"])}</p>'
        offer = "" if taken_back else self._offer(notice)
        return f"<article><h3>{escape(notice['subject'])}</h3>{span}{body}{offer}</article>"

    def _offer(self, notice: Notice) -> str:
        extras, person, reference = notice.get("extras", {}), notice["atenabango"], notice["reference"]
        if previous := extras.get("previous_receipt"):
            return link(f"/{person}/again/{previous}", "再申請する", style="button")
        if "payment" in extras:
            paid = reference in self._paid
            return self._receipt(reference) if paid else link(f"/{person}/pay/{reference}", "納付する", style="button")
        return self._questions(notice) if "questionnaire" in extras else ""

    def _receipt(self, reference: str) -> str:
        return f'<p class="note">{words()["ways"][self._paid[reference]]}で納付しました。</p>'

    def _questions(self, notice: Notice) -> str:
        asked = notice["extras"]["questionnaire"]
        path = f"/{notice['atenabango']}/answer/{notice['reference']}"
        chosen = self._answered.get(notice["reference"], "")
        options = "".join(
            f'<option value="{escape(slot["id"])}"{" selected" if slot["id"] == chosen else ""}>'
            f"{escape(day(slot['day']))} {escape(slot['time'])} {escape(slot['place'])}</option>"
            for slot in asked["slots"]
        )
        title = next(one["title"] for one in asked["questions"] if one["answer"] == "slot")
        select = f'<div class="field"><label for="choice">{escape(title)}</label><select id="choice" name="choice">{options}</select></div>'
        told = f'<p class="note">回答済み（{"取消" if chosen == CANCEL else "変更できます"}）</p>' if chosen else ""
        take_back = button("予約を取り消す", name="choice", value=CANCEL, style="second")
        ask = form(path, f"{select}{button('回答する')}") + form(path, take_back)
        return f'{told}<p class="note">回答の期限: {escape(day(asked["until"]))}</p><div class="row">{ask}</div>'

    def payment_page(self, notice: Notice) -> str:
        """Pay-easy data and the ways to pay."""
        claim = notice["extras"]["payment"]
        rows = [(title, str(claim.get(name) or "なし")) for name, title in words()["payment"].items()]
        rows += [("金額", f"{int(claim['amount']):,}円"), ("納期限", day(claim["due_on"]))]
        usable = {way: title for way, title in words()["ways"].items() if way != "eltax" or claim.get("el_number")}
        buttons = "".join(button(f"{title}で納付する", name="way", value=way) for way, title in usable.items())
        path = f"/{notice['atenabango']}/pay/{notice['reference']}"
        done = notice["reference"] in self._paid
        return pairs(rows) + (self._receipt(notice["reference"]) if done else form(path, f'<div class="row">{buttons}</div>'))

    def pay(self, notice: Notice, way: str) -> None:
        """Pay what a notice asks for, once; the till hands it over with the day's files. Raises KeyError for an unknown way."""
        title, claim, today = words()["ways"][way], notice["extras"]["payment"], self._now().date()
        if not title or notice["reference"] in self._paid:
            return
        number = str(claim["el_number"] if way == "eltax" else claim["number"])
        reference = f"W{len(self._paid) + 1:011}"
        paid = Payment(way, "final", reference, number, int(claim["amount"]), today.isoformat(), _next_day(today).isoformat())
        pay(self._home, paid)
        self._paid[notice["reference"]] = way
        self._journals.effect("portal", "payment", notice["reference"], way=way)

    def answer(self, notice: Notice, choice: str) -> None:
        """Answer a questionnaire with a slot, or take the answer back."""
        offered = {slot["id"] for slot in notice["extras"]["questionnaire"]["slots"]}
        if choice in offered or choice == CANCEL:
            self._desk.answer(notice["reference"], choice, self._now().isoformat())
            self._answered[notice["reference"]] = choice


def _next_day(today: date) -> date:
    return today + timedelta(days=1)
