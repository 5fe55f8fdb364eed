"""A clerk's answer to a repeat (重複の判断): the same filing once more, one that replaces another, or something of its own."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, update

from pipeline.act_cases import allowed
from pipeline.acts import enter_act
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import obligations
from pipeline.journal.intake_tables import applications, findings
from pipeline.journal.repeat_tables import counter_book, receiver_cases, repeat_findings
from pipeline.kinds import kind_of
from pipeline.orders import check_order
from pipeline.repeat_traits import FILING
from pipeline.repeats import CASE, COUNTER, GONE
from pipeline.rounds import is_handed_on
from pipeline.staff import require_entitled
from pipeline.steps.replace_filings import MERGED, note_replaced, settle_earlier
from pipeline.steps.statuses import owe_status
from pipeline.steps.worklist import finding_row
from vocabulary.findings import Finding, Severity

Answer = Literal["repeat", "replacement", "separate"]
KIND, SETTLED = "merge", "MERGED_REPEAT"
BY_PERSON = "by-person"


@dataclass(frozen=True, slots=True)
class _Named:
    """The filing that a clerk compares an application with. row: of the journal, None for one that lies elsewhere."""

    source: str
    number: str
    day: str
    state: str
    row: Row[Any] | None = None

    @property
    def place(self) -> str:
        """As findings name it."""
        return f"{'receipt' if self.source == FILING else self.source} {self.number}"


def merge(hub: Hub, receipt: str, earlier: str, answer: Answer, *, actor: str, reason: str) -> bool:
    """Enter what a clerk says of a pair, and do what follows from it. False when the very same was said before.

    repeat settles the application; replacement settles the earlier filing, or names it where a file carries it already; separate lets
    the application go on. Raises ActRefused.
    """
    check_order(actor, reason)
    row = _application(hub, receipt)
    allowed(hub, row, actor)
    named = _named(hub, earlier)
    _check_pair(row, named)
    if named.row is not None and named.row.restricted:
        require_entitled(hub, actor, named.row.section, f"受付番号 {earlier}")
    with hub.journal.write() as write:
        # Of two clerks at once the second one sees what the first one said.
        row = write.read(select(applications).where(applications.c.id == row.id).with_for_update()).one()
        if _answer_kept(write, row, named) == answer:
            return False
        _check_open(write, row, answer)
        act = enter_act(hub, write, kind=KIND, actor=actor, reason=reason, application=row.id, subject=f"{answer} {earlier}")
        _keep_answer(hub, write, row, named, answer=answer, act=act)
        if answer == "repeat":
            _settle(hub, write, row, named)
        if answer == "replacement":
            _replace(hub, write, row, named)
    return True


def _application(hub: Hub, receipt: str) -> Row[Any]:
    """The newest version that the hub holds of a receipt number."""
    same = (applications.c.municipality == hub.code) & (applications.c.receipt == receipt)
    found: list[Row[Any]] = hub.journal.rows(select(applications).where(same).order_by(applications.c.id.desc()))
    if not found:
        raise ActRefused(f"受付番号 {receipt} の申請はありません", "番号を確かめてください")
    standing: list[Row[Any]] = [row for row in found if row.disposition not in GONE]
    return (standing or found)[0]


def _named(hub: Hub, number: str) -> _Named:
    ours = (applications.c.municipality == hub.code) & (applications.c.receipt == number)
    for row in hub.journal.rows(select(applications).where(ours).order_by(applications.c.id.desc())):
        return _Named(FILING, number, row.arrived_at[:10], row.stage, row)
    paper = (counter_book.c.municipality == hub.code) & (counter_book.c.number == number)
    for row in hub.journal.rows(select(counter_book).where(paper)):
        return _Named(COUNTER, number, row.received_on, row.channel)
    held = (receiver_cases.c.municipality == hub.code) & (receiver_cases.c.number == number)
    for row in hub.journal.rows(select(receiver_cases).where(held).order_by(receiver_cases.c.destination)):
        return _Named(f"{CASE}/{row.destination}", number, row.received_on, row.state)
    remedy = "受付番号、窓口受付簿の受付番号、または業務システムの案件番号を指定してください"
    raise ActRefused(f"--of {number}: その番号の受付はありません", remedy)


def _check_pair(row: Row[Any], named: _Named) -> None:
    if named.row is None:
        return
    if named.row.id == row.id:
        raise ActRefused(f"--of {named.number}: 同じ申請です", "もう一方の受付番号を指定してください")
    if named.row.procedure != row.procedure:
        raise ActRefused(f"--of {named.number}: 別の手続の申請です", "同じ手続の申請どうしで判断してください")


def _check_open(write: Write, row: Row[Any], answer: Answer) -> None:
    """What is finished is answered no more; what a file carries cannot be taken back here."""
    if row.disposition in GONE:
        remedy = "別の判断が必要なときは、申請者に再申請を依頼してください"
        raise ActRefused(f"受付番号 {row.receipt} の処理はすでに終わっています", remedy)
    # The release takes the same locks, so that a filing is either in a file or settled.
    write.read(select(obligations.c.state).where(obligations.c.application == row.id).with_for_update()).all()
    if answer == "repeat" and write.read(select(is_handed_on(row.id))).scalar_one():
        raise ActRefused(f"受付番号 {row.receipt} はすでに業務システムへ出力しました", "業務システムで重複として処理してください")


def _pair(row: Row[Any], named: _Named) -> ColumnElement[bool]:
    """The row of the pair, whichever of the two it stands on."""
    kept = repeat_findings
    mine = and_(kept.c.application == row.id, kept.c.source == named.source, kept.c.number == named.number)
    if named.row is None:
        return mine
    return or_(mine, and_(kept.c.application == named.row.id, kept.c.source == FILING, kept.c.number == row.receipt))


def _answer_kept(write: Write, row: Row[Any], named: _Named) -> str | None:
    kept = write.read(select(repeat_findings.c.answer).where(_pair(row, named)).with_for_update()).all()
    return next((one.answer for one in kept if one.answer), None)


def _keep_answer(hub: Hub, write: Write, row: Row[Any], named: _Named, *, answer: Answer, act: int) -> None:
    said = {"answer": answer, "act": act}
    if write.execute(update(repeat_findings).where(_pair(row, named)).values(**said)).rowcount:
        return
    key = {"application": row.id, "source": named.source, "number": named.number, "kind": BY_PERSON, "status": "hold"}
    facts = {"day": named.day, "state": named.state, "comes_first": named.day <= row.arrived_at[:10], "differences": "[]"}
    write.insert_many(repeat_findings, [{**key, **facts, **said, "found_on": hub.clock.today().isoformat()}])


def _settle(hub: Hub, write: Write, row: Row[Any], named: _Named) -> None:
    """The application ends as a repeat: nothing is owed for it, and the portal shows what its kind allows."""
    values = {"disposition": "settled", "reason": SETTLED, "disposed_on": hub.clock.today().isoformat()}
    write.execute(update(applications).where(applications.c.id == row.id).values(**values))
    write.execute(delete(obligations).where(obligations.c.application == row.id))
    finding = Finding(SETTLED, where=named.place, severity=Severity.ALERT)
    write.insert_many(findings, [finding_row(row.id, KIND, finding)])
    procedure = hub.procedure(row.procedure)
    owe_status(hub, write, row.id, row.receipt, hub.catalogue.repeats.settled.get(kind_of(hub, procedure, row.id), "COMPLETED"))
    write.leaf("application_merged", application=row.id, of=named.number)


def _replace(hub: Hub, write: Write, row: Row[Any], named: _Named) -> None:
    """The application goes on in place of the earlier one, and says so of one that went its way already."""
    if named.row is None or not settle_earlier(hub, write, named.row, row, code=MERGED):
        note_replaced(write, row, named.place, code="REPLACES_DELIVERED", step=KIND)
