"""What the journal says of the cases that wait for a person, read at one go (処理待ちの案件)."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, Table, exists, or_, select

from pipeline.acts import awaiting
from pipeline.deadlines import ASKED, Application
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts, waivers
from pipeline.journal.correction_tables import corrections, withdrawals
from pipeline.journal.decision_tables import decisions
from pipeline.journal.identification_tables import outside_people, person_candidates
from pipeline.journal.intake_tables import applications, documents, findings, persons
from pipeline.journal.register_tables import residents
from pipeline.journal.repeat_tables import repeat_findings
from pipeline.outside_people import claim_context
from pipeline.section_folders import section_folder
from vocabulary.dates import to_wareki

Rows = Mapping[int, list[Row[Any]]]

GONE = ("settled", "withdrawn")
SOURCES = {"filing": "受付番号", "counter": "窓口受付簿の番号"}


@dataclass(frozen=True, slots=True)
class OpenCases:
    """Open cases and what belongs to each, by application. apart: 受付番号 → the folder of a case that lies apart from others."""

    rows: list[Application]
    findings: Rows
    waived: Rows
    documents: Rows
    asked: Rows
    correcting: Rows
    lapsed: Rows
    withdrawn: Rows
    outside: Rows
    candidates: Rows
    repeats: Rows
    claims: Rows
    apart: Mapping[str, Path]

    def hides(self, receipt: str, folder: Path) -> bool:
        """Whether the list of a folder must not name the 受付番号: its case lies apart, elsewhere."""
        return self.apart.get(receipt, folder) != folder

    def repeat_in_words(self, one: Row[Any], folder: Path) -> str:
        """Which filing came before, and what differs; one that lies apart is not named."""
        if one.source == "filing" and self.hides(one.number, folder):
            return "ほかの申請と似ています。権限のある職員が確かめます。"
        source = SOURCES.get(one.source, "業務システムの案件番号")
        differing = "、".join(json.loads(one.differences)) or "なし"
        return f"{source}{one.number}（{to_wareki(date.fromisoformat(one.day))}）。違うところ：{differing}"


def open_cases(hub: Hub) -> OpenCases:
    """Everything that stands open in the municipality."""
    wanted = _open(hub)
    rows = hub.journal.rows(wanted.order_by(applications.c.id))
    ids = wanted.with_only_columns(applications.c.id)
    unanswered = repeat_findings.c.answer.is_(None) & (repeat_findings.c.status != "shadow")
    registered = (residents.c.atena == person_candidates.c.atena) & (residents.c.municipality == hub.code)
    shown = select(person_candidates, residents.c.protected).join(residents, registered)
    return OpenCases(
        rows=rows,
        findings=_grouped(hub, select(findings).where(findings.c.application.in_(ids)).order_by(findings.c.id)),
        waived=_grouped(hub, select(waivers).where(waivers.c.application.in_(ids))),
        documents=_grouped(hub, select(documents).where(documents.c.application.in_(ids)).order_by(documents.c.document)),
        asked=_grouped(hub, select(acts).where(acts.c.application.in_(ids), awaiting()).order_by(acts.c.id)),
        correcting=_grouped(hub, select(corrections).where(corrections.c.application.in_(ids), corrections.c.state.in_(ASKED))),
        lapsed=_grouped(hub, select(corrections).where(corrections.c.application.in_(ids), corrections.c.state == "lapsed")),
        withdrawn=_grouped(hub, select(withdrawals).where(withdrawals.c.application.in_(ids), withdrawals.c.act.is_(None))),
        outside=_grouped(hub, select(outside_people).where(outside_people.c.application.in_(ids), outside_people.c.state == "open")),
        candidates=_grouped(hub, shown.where(person_candidates.c.application.in_(ids)).order_by(person_candidates.c.atena)),
        repeats=_grouped(hub, select(repeat_findings).where(repeat_findings.c.application.in_(ids), unanswered)),
        claims=_grouped(hub, select(persons).where(persons.c.application.in_(ids), persons.c.ordinal == 1)),
        apart=_apart(hub),
    )


def applicant_of(hub: Hub, found: OpenCases, row: Application) -> str:
    """Name of the person who files, as the form has it; empty while the application could not be read."""
    filer = hub.procedure(row.procedure).filer
    claim = next((one.claim for one in found.claims.get(row.id, ()) if one.role == filer), None)
    if claim is None:
        return ""
    return str(json.loads(hub.sealing.unseal_text(claim, context=claim_context(hub.code, row.id, filer, 1)))["name"])


def _open(hub: Hub) -> Select[Any]:
    def of(table: Table) -> Any:  # noqa: ANN401  SQLAlchemy's own types say no more
        return exists().where(table.c.application == applications.c.id)

    stands = or_(
        applications.c.disposition.in_(("held", "waiting")),
        of(documents).where(documents.c.state == "owed") & ~of(decisions),
        of(acts).where(awaiting()),
        of(corrections).where(corrections.c.state.in_((*ASKED, "lapsed"))) & ~of(decisions),
        of(withdrawals).where(withdrawals.c.act.is_(None)),
        of(outside_people).where(outside_people.c.state == "open"),
        of(repeat_findings).where(repeat_findings.c.answer.is_(None), repeat_findings.c.status != "shadow"),
    )
    ours = (applications.c.municipality == hub.code) & applications.c.disposition.not_in(GONE)
    return select(applications).where(ours, stands)


def _grouped(hub: Hub, statement: Select[Any]) -> Rows:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in hub.journal.rows(statement):
        found[row.application].append(row)
    return found


def _apart(hub: Hub) -> Mapping[str, Path]:
    narrow = [name for name, section in hub.municipality.sections.items() if section.access == "narrow"]
    hidden = applications.c.restricted.is_(True) | applications.c.section.in_(narrow)
    rows = hub.journal.rows(select(applications).where(hidden, applications.c.municipality == hub.code))
    return {row.receipt: section_folder(hub, row) for row in rows}
