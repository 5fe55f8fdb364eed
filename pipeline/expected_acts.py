"""What people note of expected filings (紙の受領と督促): by whom and why, each filing once."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select, update

from connectors.expected_people import PaperFiling, read_papers
from pipeline.acts import enter_act
from pipeline.errors import ActRefused
from pipeline.expected_filings import match_filings
from pipeline.expected_lists import Expected, expected_lists, list_file, page_of, write_expected_lists
from pipeline.hub import Hub
from pipeline.journal.expected_tables import expected_files, expected_filings, expected_reminders
from pipeline.list_files import write_list
from pipeline.staff import require
from vocabulary.findings import refuse


def enter_papers(hub: Hub, path: Path, *, actor: str, reason: str) -> int:
    """Note the paper filings of a CSV, the whole file or nothing; gives how many were new.

    Raises Refused PAPER_ROW with file and line, ActRefused for an actor who does not do the work of a section concerned.
    """
    papers = read_papers(path, hub.clock.today())
    for procedure in sorted({paper.procedure for paper in papers} & hub.municipality.expected.keys()):
        require(hub, actor, "clerk", hub.enabled(procedure).section)
    keys = _expected_keys(hub, path, papers)
    new = [(key, paper) for key, paper in zip(keys, papers, strict=True) if not _is_noted(hub, key)]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if new:
        with hub.journal.write() as write:
            act = enter_act(hub, write, kind="paper", actor=actor, reason=reason, subject=f"papers {digest[:16]}")
            for key, paper in new:
                values = {"paper_on": paper.received_on, "paper_number": paper.number}
                write.execute(update(expected_filings).where(expected_filings.c.id == key).values(**values))
            row = {"municipality": hub.code, "kind": "paper", "name": path.name[:160], "digest": digest, "rows": len(papers)}
            write.insert_new(expected_files, {**row, "loaded_at": hub.clock.now().isoformat()})
            write.leaf("expected_papers_entered", act=act, digest=digest, rows=len(papers), new=len(new))
    # Also when nothing was new: a run that was killed in between has left the lists as they were.
    write_expected_lists(hub)
    return len(new)


def _expected_keys(hub: Hub, path: Path, papers: Sequence[PaperFiling]) -> list[int]:
    """The expected filing of each line; a line that answers none is refused, as is the second one for a person."""
    table = expected_filings
    ours = select(table.c.id, table.c.procedure, table.c.period, table.c.person).where(table.c.municipality == hub.code)
    known = {(row.procedure, row.period, row.person): row.id for row in hub.journal.rows(ours)}
    found: list[int] = []
    for paper in papers:
        place = f"{path.name}:{paper.line}"
        if paper.procedure not in hub.municipality.expected:
            detail = f"手続 must be one of {', '.join(hub.municipality.expected) or 'none'}"
            raise refuse("PAPER_ROW", f"{place} {detail}", detail)
        key = known.get((paper.procedure, paper.period, hub.index(paper.atena, "expected")))
        if key is None:
            raise refuse("PAPER_ROW", f"{place} nobody expected has this 宛名番号 in this 年度", "not expected")
        if key in found:
            raise refuse("PAPER_ROW", f"{place} the same person stands twice", "twice")
        found.append(key)
    return found


def _is_noted(hub: Hub, key: int) -> bool:
    return hub.journal.scalar(select(expected_filings.c.paper_on).where(expected_filings.c.id == key)) is not None


def remind(hub: Hub, procedure: str, period: str, *, actor: str, reason: str) -> tuple[int, Path]:
    """Note a reminder (督促) of today for everybody who has not filed, and write their list; gives how many were new, and the list.

    People who lie apart are reminded only by somebody who may see them. Raises ActRefused.
    """
    desk = require(hub, actor, "clerk", hub.enabled(procedure).section)
    match_filings(hub)
    today = hub.clock.today().isoformat()
    new = 0
    for apart in (False, True) if "restricted" in desk.roles else (False,):
        late = _late(hub, procedure, period, apart=apart)
        due = [person for person in late if today not in person.reminders]
        new += len(due)
        _note_reminders(hub, procedure, period, due, actor=actor, reason=reason)
        reminded = [one for one in _late(hub, procedure, period, apart=apart) if today in one.reminders]
        file = _reminder_file(hub, procedure, period, apart=apart)
        if reminded or not apart:
            write_list(file.parent, file.stem, page_of(hub, procedure, period, reminded))
    write_expected_lists(hub)
    return new, _reminder_file(hub, procedure, period, apart=False)


def chosen_period(hub: Hub, procedure: str, wanted: str) -> str:
    """The year that was asked for, or the newest of which somebody is expected. Raises ActRefused when nobody is."""
    if procedure not in hub.municipality.expected:
        known = "、".join(hub.municipality.expected) or "なし"
        raise ActRefused(f"{procedure}: 提出対象者を管理していない手続です", f"管理している手続は {known}")
    periods = sorted({period for name, period, _ in expected_lists(hub) if name == procedure})
    if not periods:
        raise ActRefused(f"{procedure}: 提出対象者がまだ取り込まれていません", "hub run refresh_links で抽出を取り込んでください")
    if wanted and wanted not in periods:
        raise ActRefused("--period: この年度の提出対象者はいません", f"取り込まれている年度は {'、'.join(periods)}")
    return wanted or periods[-1]


def _late(hub: Hub, procedure: str, period: str, *, apart: bool) -> list[Expected]:
    return [person for person in expected_lists(hub).get((procedure, period, apart), []) if person.state in ("missing", "reminded")]


def _note_reminders(hub: Hub, procedure: str, period: str, due: Sequence[Expected], *, actor: str, reason: str) -> None:
    if not due:
        return
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind="remind", actor=actor, reason=reason, subject=f"{procedure} {period}")
        day = hub.clock.today().isoformat()
        write.insert_many(expected_reminders, [{"expected": person.id, "day": day, "act": act} for person in due])
        write.leaf("expected_reminded", act=act, procedure=procedure, period=period, people=len(due))


def _reminder_file(hub: Hub, procedure: str, period: str, *, apart: bool) -> Path:
    name = f"reminders_{procedure}_{period}_{hub.clock.today().isoformat()}.html"
    return list_file(hub, procedure, period, apart=apart).with_name(name)
