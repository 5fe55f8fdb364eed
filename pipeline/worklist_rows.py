"""The rows of the 処理待ち一覧: for every case that waits for a person, what, why, since when, what to do and until when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from pipeline.case_numbers import case_number
from pipeline.corrections.chain import chain_of, request_in_words
from pipeline.corrections.places import can_be_set_right, correctable
from pipeline.deadlines import Application, Deadline, deadlines_of_all
from pipeline.finding_places import place_in_japanese, role_title
from pipeline.hub import Hub
from pipeline.pages.words import ACTS
from pipeline.releases import people
from pipeline.section_folders import case_name, section_folder
from pipeline.worklist_journal import OpenCases, applicant_of, open_cases
from pipeline.worklist_words import DOCUMENTS, EXEMPT, KINDS, SECONDED_BY, back_to_filer, way_out, who_in_words
from vocabulary.findings import Severity
from vocabulary.reasons import reason

FAR = date.max


@dataclass(frozen=True, slots=True)
class Work:
    """One case. kinds: of ``worklist_words.KINDS``; since: the day on which it stopped or arrived; age: opening days since then.

    folder: name of its case folder. notes: what stops nothing (参考). Names stand here and nowhere but in the protected folder.
    """

    receipt: str
    case: str
    procedure: str
    applicant: str = field(repr=False)
    folder: str
    kinds: tuple[str, ...]
    why: tuple[str, ...]
    todo: tuple[str, ...]
    since: date
    age: int
    filed: date
    deadlines: tuple[Deadline, ...]
    documents: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def order(self) -> tuple[date, date, str]:
        """By the nearest deadline, then by arrival."""
        return (self.deadlines[0].day if self.deadlines else FAR, self.filed, self.receipt)


def work_by_folder(hub: Hub) -> dict[Path, list[Work]]:
    """Protected folder → its open cases, the most urgent first. The journal is asked a fixed number of questions, however many cases."""
    found = open_cases(hub)
    deadlines = deadlines_of_all(hub, found.rows)
    desk = _Desk(hub, found)
    lists: dict[Path, list[Work]] = {}
    for row in found.rows:
        lists.setdefault(section_folder(hub, row), []).append(desk.work(row, deadlines[row.id]))
    for works in lists.values():
        works.sort(key=lambda work: work.order)
    return lists


@dataclass(frozen=True)
class _Desk:
    """What the rows have in common."""

    hub: Hub
    found: OpenCases

    @cached_property
    def _ages(self) -> dict[date, int]:
        return {}

    @cached_property
    def _correctable(self) -> dict[str, Mapping[str, str]]:
        """By procedure, since naming each place of a form takes as long as the rest of a row."""
        return {}

    def work(self, row: Application, deadlines: Sequence[Deadline]) -> Work:
        """One row of the list."""
        since = date.fromisoformat(row.disposed_on if row.disposition in ("held", "waiting") else row.filed_on)
        return Work(
            receipt=row.receipt,
            case=case_number(self.hub, row),
            procedure=self.hub.procedure(row.procedure).title,
            applicant=applicant_of(self.hub, self.found, row),
            folder=case_name(row),
            kinds=self._kinds(row),
            why=tuple(dict.fromkeys(self._why(row))),
            todo=tuple(dict.fromkeys(self._todo(row))),
            since=since,
            age=self._age(since),
            filed=date.fromisoformat(row.filed_on),
            deadlines=tuple(deadlines),
            documents=tuple(self._documents(row)),
            notes=tuple(dict.fromkeys(self._notes(row))),
        )

    def _kinds(self, row: Application) -> tuple[str, ...]:
        found = self.found
        holds = {
            "second": row.id in found.asked,
            "hold": row.disposition == "held",
            "outside": row.id in found.outside,
            "repeat": row.id in found.repeats,
            "documents": bool(self._owed(row)),
            "correction": row.id in found.correcting,
            "lapsed": row.id in found.lapsed,
            "withdrawn": row.id in found.withdrawn,
            "waiting": row.disposition == "waiting",
        }
        return tuple(kind for kind in KINDS if holds.get(kind))

    def _owed(self, row: Application) -> list[Row[Any]]:
        return [document for document in self.found.documents.get(row.id, ()) if document.state == "owed"]

    def _standing(self, row: Application) -> list[Row[Any]]:
        """The findings that stop the case and that nobody released."""
        released = {(one.code, one.rule, one.place) for one in self.found.waived.get(row.id, ())}
        found = self.found.findings.get(row.id, ())
        return [one for one in found if _stops(one.code, one.severity) and (one.code, one.rule, one.place) not in released]

    def _why(self, row: Application) -> Iterator[str]:
        standing = self._standing(row)
        yield from (self._sentence(row, one.code, one.place, one.rule) for one in standing)
        if row.reason and row.disposition in ("held", "waiting") and row.reason not in {one.code for one in standing}:
            yield reason(row.reason).sentence
        if self._owed(row):
            yield reason("DOCUMENT_OWED").sentence
        for act in self.found.asked.get(row.id, ()):
            yield f"「{ACTS.get(act.kind, act.kind)}」を{act.actor}が申し出ています（{act.day}）。"
        for person in self.found.outside.get(row.id, ()):
            title = role_title(self.hub.procedure(row.procedure), person.role, person.ordinal)
            yield f"{title}：住民情報に見つからない人です。住登外者として登録するかを決めてください。"
        folder = section_folder(self.hub, row)
        yield from (f"重複の疑い：{self.found.repeat_in_words(one, folder)}" for one in self.found.repeats.get(row.id, ()))

    def _sentence(self, row: Application, code: str, place: str, rule: str) -> str:
        procedure = self.hub.procedure(row.procedure)
        hidden = place.startswith("receipt ") and self.found.hides(place.removeprefix("receipt "), section_folder(self.hub, row))
        where = "" if hidden or not place else f"{place_in_japanese(self.hub, procedure, place)}："
        says = next((f"（{one.says}）" for one in procedure.rules if one.id == rule), "")
        return f"{where}{reason(code).sentence}{says}"

    def _course(self, row: Application) -> Iterator[str]:
        """The earlier filings of the case and what was asked of each, so that the clerk sees one case."""
        if row.previous_receipt or row.id in self.found.correcting or row.id in self.found.lapsed:
            folder = section_folder(self.hub, row)
            links = chain_of(self.hub, row)
            yield from (f"案件の申請：受付番号{one.filing.receipt}" for one in links if not self._is_own_or_hidden(one.filing, row, folder))
            for one in links:
                if one.filing.id == row.id or not self.found.hides(one.filing.receipt, folder):
                    yield from (line for asked in one.requests for line in request_in_words(self.hub, one.filing, asked))

    def _is_own_or_hidden(self, filing: Application, row: Application, folder: Path) -> bool:
        return filing.id == row.id or self.found.hides(filing.receipt, folder)

    def _todo(self, row: Application) -> Iterator[str]:
        standing = self._standing(row)
        for code in dict.fromkeys(one.code for one in standing):
            yield reason(code).remedy
            way = way_out(code, row.receipt, people=max(people(one) for one in standing if one.code == code))
            if way:
                yield f"{way.command}（{who_in_words(self.hub, way, row.section, restricted=row.restricted)}）"
        if row.reason and row.disposition in ("held", "waiting") and not standing:
            released = self.found.waived.get(row.id)
            yield "解除・確認ずみです。次の取込で続きます。" if released else reason(row.reason).remedy
        if row.disposition == "held":
            yield from self._ways_back(row, standing)
        yield from self._candidates(row)
        for person in self.found.outside.get(row.id, ()):
            named = f"{row.receipt} {person.role}" + (f" --ordinal {person.ordinal}" if person.ordinal > 1 else "")
            yield f"登録したら hub outside registered {named}（宛名番号も書く）、いらないときは hub outside not-needed {named}"
        for document in self._owed(row):
            named = f"{row.receipt} --document {document.document}"
            yield f"届いたら hub receive {named}、求めないときは hub exempt {named}"
        for act in self.found.asked.get(row.id, ()):
            command = SECONDED_BY.get(act.kind, act.kind)
            yield f"承認者が同じコマンド（hub {command} {row.receipt} …）を実行すると完了します。申し出た {act.actor} は承認できません。"

    def _ways_back(self, row: Application, standing: Sequence[Row[Any]]) -> Iterator[str]:
        if row.procedure not in self._correctable:
            self._correctable[row.procedure] = correctable(self.hub, self.hub.procedure(row.procedure))
        known = self._correctable[row.procedure]
        set_right = [one.place for one in standing if can_be_set_right(one.place, one.code, known)]
        if said := back_to_filer([one.code for one in standing], row.receipt, set_right):
            yield said

    def _candidates(self, row: Application) -> Iterator[str]:
        """Residents who may be meant; a protected one is named in the list apart only."""
        known: dict[tuple[str, int], list[str]] = {}
        for one in self.found.candidates.get(row.id, ()):
            if row.restricted or not one.protected:
                known.setdefault((one.role, one.ordinal), []).append(one.atena)
        for (role, ordinal), atena in known.items():
            yield f"{role_title(self.hub.procedure(row.procedure), role, ordinal)}（{role}.{ordinal}）の候補の宛名番号：{'、'.join(atena)}"

    def _documents(self, row: Application) -> Iterator[str]:
        titles = {document.code: document.title for document in self.hub.procedure(row.procedure).documents}
        for one in self.found.documents.get(row.id, ()):
            yield f"{titles.get(one.document, one.document)}：{DOCUMENTS.get((one.way, one.state), EXEMPT)}"

    def _notes(self, row: Application) -> Iterator[str]:
        yield from self._course(row)
        warned = {rule.id for rule in self.hub.procedure(row.procedure).rules if rule.status == "warn"}
        for one in self.found.findings.get(row.id, ()):
            shown = one.rule in warned or (reason(one.code).effect == "note" and one.severity == Severity.ALERT.value)
            if shown and not _stops(one.code, one.severity):
                yield self._sentence(row, one.code, one.place, one.rule)

    def _age(self, since: date) -> int:
        """Opening days after ``since`` up to today."""
        if since not in self._ages:
            days = (self.hub.clock.today() - since).days
            self._ages[since] = sum(self.hub.opening.is_open(since + timedelta(days=step)) for step in range(1, days + 1))
        return self._ages[since]


def _stops(code: str, severity: str) -> bool:
    return severity != Severity.INFO.value and reason(code).effect != "note"


def summary(works: Sequence[Work]) -> Mapping[str, int]:
    """Title of a kind of work → how many cases; those that do not occur are left out."""
    counts = {title: sum(kind in work.kinds for work in works) for kind, title in KINDS.items()}
    return {title: count for title, count in counts.items() if count}
