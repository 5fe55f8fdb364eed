"""What ``hub decisions list`` shows: the chain of decisions of a case, and the results that do not fit; never a resident's value."""

from sqlalchemy import select

from pipeline.act_cases import allowed, case_of
from pipeline.hub import Hub
from pipeline.journal.decision_tables import decisions
from pipeline.pages.words import DECISIONS
from pipeline.refused_decisions import open_refusals
from pipeline.staff import member
from vocabulary.reasons import reason

LETTERS = {"post": "郵送", "counter": "窓口", "none": "なし", "notice": "お知らせ"}


def decision_lines(hub: Hub, receipt: str, actor: str) -> list[str]:
    """A line for each decision of a case, in order. Raises ActRefused for a desk that may not see the case."""
    row = case_of(hub, receipt)
    allowed(hub, row, actor)
    titles = {outcome.id: outcome.title for outcome in hub.procedure(row.procedure).outcomes}
    found = hub.journal.rows(select(decisions).where(decisions.c.application == row.id).order_by(decisions.c.id))
    return [
        f"{one.id} {DECISIONS[one.kind]} {titles.get(one.outcome, one.outcome)} 決裁日 {one.decided_on} 決裁番号 {one.decision_number}"
        f" 文書番号 {one.document_number or 'なし'} 通知書 {LETTERS[one.letter]} {one.actor or one.source}"
        for one in found
    ]


def refusal_lines(hub: Hub, actor: str) -> list[str]:
    """A line for each open result of the desk's sections. Raises ActRefused for a desk that is not declared."""
    desk = member(hub, actor)
    return [
        f"{one.id} {one.source} {one.row}行目 {one.code} {reason(one.code).sentence}{reason(one.code).remedy}"
        for one in open_refusals(hub)
        if one.section in desk.sections and (not one.restricted or "restricted" in desk.roles)
    ]
