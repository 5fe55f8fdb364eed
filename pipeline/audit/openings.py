"""Who opened a 個人番号 or a personal record (閲覧の記録): exchanges, self-information, differences, evidence, papers, cases kept apart."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import or_, select

from pipeline.audit.withholding import without_numbers
from pipeline.hub import Hub
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.exchange_tables import exchange_reads
from pipeline.journal.intake_tables import applications
from pipeline.journal.server_tables import self_information_reads

HEADER: Final = ("時刻", "だれが", "何を", "対象（番号または鍵付きハッシュ）", "理由")
SYSTEM: Final = "（自動）"


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening. subject: a number or a keyed hash, never a person. who: SYSTEM for what a flow printed for a section.

    right: who used a right with it; "" for a flow, and where an act tells of the same.
    """

    at: str
    who: str
    what: str
    subject: str
    reason: str
    right: str = ""

    def cells(self) -> tuple[str, ...]:
        """As a row of the table and of the CSV."""
        return self.at[:19].replace("T", " "), self.who, self.what, self.subject, self.reason


def _difference(facts: dict[str, Any]) -> Opening:
    return Opening(facts["at"], facts["actor"], "副本の差分の記録", f"{facts['difference']}番", facts["reason"], facts["actor"])


def _disclosed(facts: dict[str, Any]) -> Opening:
    return Opening(facts["at"], facts["who"], "情報提供等記録の開示", f"{facts['person']}（{facts['records']}件）", "", facts["who"])


def _printed(facts: dict[str, Any]) -> Opening:
    return Opening(facts["at"], SYSTEM, "審査票の印刷", facts["receipt"], "")


def _sealed(facts: dict[str, Any]) -> Opening:
    """A bundle with values: whoever asked and whoever approved it."""
    who = f"{facts['actor']}、{facts['second']}"
    return Opening(facts["at"], who, "証拠一式（値あり）の作成", facts["receipt"], facts["purpose"])


def _opened(facts: dict[str, Any]) -> Opening:
    return Opening(facts["at"], facts["actor"], "証拠一式（値あり）の開封", facts["receipt"], facts["purpose"])


def _read(facts: dict[str, Any]) -> Opening:
    return Opening(facts["at"], facts["actor"], "支援措置に関わる申請の閲覧", facts["receipt"], "", facts["actor"])


def _compared(facts: dict[str, Any]) -> Opening:
    return Opening(facts["at"], facts["actor"], "定義の変更の影響の確認（値あり）", facts["procedure"] or "全手続", "", facts["actor"])


LEAVES: Final[dict[str, Callable[[dict[str, Any]], Opening]]] = {
    "copy_difference_opened": _difference,
    "exchange_disclosed": _disclosed,
    "case_laid_out": _printed,
    "evidence_bundle_sealed": _sealed,
    "evidence_bundle_opened": _opened,
    "restricted_case_read": _read,
    "comparison_revealed": _compared,
}
"""Events of the log that tell of an opening and stand in no table of their own."""


def openings(hub: Hub, first: date, last: date) -> list[Opening]:
    """Every opening of the days, both included, in the order of time; reasons with numbers of persons masked."""
    found = [*_exchanges(hub, first, last), *_self_information(hub, first, last), *_leaves(hub, first, last)]
    masked = (replace(one, reason=without_numbers(one.reason)) for one in found)
    return sorted(masked, key=lambda one: (one.at, one.who, one.subject))


def _exchanges(hub: Hub, first: date, last: date) -> Iterator[Opening]:
    ours = (exchange_reads.c.municipality == hub.code) & exchange_reads.c.at.between(f"{first}T", f"{last}U")
    for row in hub.journal.rows(select(exchange_reads).where(ours)):
        yield Opening(row.at, row.who, "情報提供等記録", row.what, row.reason, row.who)


def _self_information(hub: Hub, first: date, last: date) -> Iterator[Opening]:
    ours = (self_information_reads.c.municipality == hub.code) & self_information_reads.c.at.between(f"{first}T", f"{last}U")
    for row in hub.journal.rows(select(self_information_reads).where(ours)):
        yield Opening(row.at, row.actor, "自己情報", row.atena_index, row.reason, row.actor)


def _leaves(hub: Hub, first: date, last: date) -> Iterator[Opening]:
    """The whole log is read, as for its export: this is asked for by a person now and then."""
    wanted = or_(*(log_leaves.c.data.contains(f'"event":"{event}"') for event in LEAVES))
    read = (json.loads(row.data) for row in hub.journal.rows(select(log_leaves.c.data).where(wanted).order_by(log_leaves.c.number)))
    found = [facts for facts in read if facts["event"] in LEAVES and first.isoformat() <= facts["at"][:10] <= last.isoformat()]
    named = select(applications.c.id, applications.c.receipt).where(applications.c.municipality == hub.code)
    receipts = {None: ""} | {row.id: row.receipt for row in hub.journal.rows(named)}
    for facts in found:
        application = facts.get("application")
        # Leaves of the hub's first years do not name their municipality; those of an application tell it all the same.
        if facts.get("municipality", hub.code) == hub.code and application in receipts:
            yield LEAVES[facts["event"]]({"receipt": receipts[application], **facts})
