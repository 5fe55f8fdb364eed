"""The chain of a case (案件の経過): every filing from the first to the last, what was asked of each, until when, and what answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from pipeline.act_cases import Case
from pipeline.audit.trails import DISPOSITIONS
from pipeline.case_numbers import filing_number
from pipeline.corrections.cases import Correction, corrections_of
from pipeline.corrections.places import Item
from pipeline.corrections.telling import items_of
from pipeline.filing_day import corrected_filings
from pipeline.finding_places import place_in_japanese
from pipeline.hub import Hub
from pipeline.journal.correction_tables import withdrawals
from pipeline.journal.decision_tables import decisions
from pipeline.journal.intake_tables import applications
from pipeline.pages.words import DECISIONS
from vocabulary.dates import to_wareki
from vocabulary.reasons import reason

STATES = {
    "open": "回答待ち",
    "extended": "期限を延ばして回答待ち",
    "answered": "回答あり",
    "late": "期限の後に回答あり",
    "lapsed": "期限切れ",
    "withdrawn": "取下げにより終了",
}
SOURCES = {"portal": "ポータル", "letter": "書面"}
TELLINGS = {"waiting": "処理状況を送った後に連絡", "notice": "お知らせで連絡", "person": "職員が連絡"}


@dataclass(frozen=True, slots=True)
class Request:
    """A request of one filing with what it asked for. answer: 受付番号 of the filing that answered, or empty."""

    correction: Correction
    items: tuple[Item, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Link:
    """A filing of the case and what was asked of it."""

    filing: Case
    requests: tuple[Request, ...]


def chain_of(hub: Hub, row: Case) -> list[Link]:
    """The filings of the case that the application belongs to, the first one first."""
    filings = {one.id: one for one in (*corrected_filings(hub, row)[::-1], row, *_later(hub, row))}
    return [Link(one, tuple(_request(hub, asked) for asked in corrections_of(hub, one.id))) for one in filings.values()]


def _later(hub: Hub, row: Case) -> list[Case]:
    """Filings that correct this one, directly or by others between, in the order of arrival."""
    same = (applications.c.municipality == hub.code) & (applications.c.procedure == row.procedure)
    after = same & applications.c.previous_receipt.is_not(None) & (applications.c.arrived_at > row.arrived_at)
    found = hub.journal.rows(select(applications).where(after).order_by(applications.c.arrived_at, applications.c.id))
    known = {row.receipt}
    later = []
    for one in found:
        if one.previous_receipt in known and row.id in {filing.id for filing in corrected_filings(hub, one)}:
            known.add(one.receipt)
            later.append(one)
    return later


def _request(hub: Hub, asked: Correction) -> Request:
    answer = hub.journal.scalar(select(applications.c.receipt).where(applications.c.id == asked.answer)) if asked.answer else ""
    return Request(asked, tuple(items_of(hub, asked)), str(answer))


def request_in_words(hub: Hub, filing: Case, request: Request) -> list[str]:
    """A request as clerks read it: its course in the first line, what it asked for in the others."""
    asked = request.correction
    course = f"補正{asked.number}回目：{_day(asked.requested_on)}に求め、期限{_day(asked.due_on)}、{STATES[asked.state]}"
    answered = f"（{_day(asked.answered_on)}" + (f" 受付番号{request.answer}）" if request.answer else "）") if asked.answered_on else ""
    reminded = f"、{_day(asked.reminded_on)}に再度お知らせ" if asked.reminded_on else ""
    procedure = hub.procedure(filing.procedure)
    items = [f"{place_in_japanese(hub, procedure, one.place)}：{one.says}" for one in request.items]
    return [f"{course}{answered}、{TELLINGS[asked.telling]}{reminded}", *items]


def _day(text: str) -> str:
    return to_wareki(date.fromisoformat(text))


def lines_of(hub: Hub, row: Case) -> Iterator[str]:
    """The course of a case as ``hub case`` prints it, without names: filings, requests, what was asked for, and decisions."""
    for link in chain_of(hub, row):
        one = link.filing
        why = f"（{reason(one.reason).sentence}）" if one.reason else ""
        yield f"受付番号 {one.receipt}　収受番号 {filing_number(one)}　{_day(one.filed_on)}収受　{DISPOSITIONS[one.disposition]}{why}"
        for request in link.requests:
            course, *items = request_in_words(hub, one, request)
            yield f"  {course}"
            yield from (f"    ・{item}" for item in items)
        taken = hub.journal.rows(select(withdrawals).where(withdrawals.c.application == one.id))
        yield from (f"  {_day(back.day)}に取下げ（{SOURCES[back.source]}）" for back in taken)
        yield from _decisions(hub, one)


def _decisions(hub: Hub, filing: Case) -> Iterator[str]:
    titles = {outcome.id: outcome.title for outcome in hub.procedure(filing.procedure).outcomes}
    for one in hub.journal.rows(select(decisions).where(decisions.c.application == filing.id).order_by(decisions.c.id)):
        yield f"  {_day(one.decided_on)}に{DECISIONS[one.kind]}：{titles.get(one.outcome, one.outcome)}（決裁番号 {one.decision_number}）"
