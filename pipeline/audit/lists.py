"""Lists for auditors (権限棚卸・閲覧の記録) as a page and a CSV in the protected folder."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.audit import openings, rights
from pipeline.audit.site import write_files
from pipeline.hub import Hub
from pipeline.pages.audit_site import render_list
from vocabulary.spreadsheets import as_text


@dataclass(frozen=True, slots=True)
class AuditList:
    """A list. name: of its folder and event. lead: one sentence above it."""

    name: str
    title: str
    lead: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def rights_list(hub: Hub, first: date, last: date) -> AuditList:
    """The list of rights of a period."""
    lead = "自治体設定にある職員の権限と、この期間の使用です。使われていない権限が必要か、担当課に確かめてください。"
    rows = tuple(one.cells() for one in rights.rights_of(hub, first, last))
    return AuditList("rights", "権限棚卸", lead, rights.HEADER, rows)


def openings_list(hub: Hub, first: date, last: date) -> AuditList:
    """Who opened what in a period."""
    lead = "個人番号または個人の記録を開いた人と理由です。対象は番号か鍵付きハッシュで示し、値は載せません。"
    rows = tuple(one.cells() for one in openings.openings(hub, first, last))
    return AuditList("numbers", "閲覧の記録", lead, openings.HEADER, rows)


def write_list(hub: Hub, made: AuditList, first: date, last: date, *, actor: str) -> Path:
    """Write ``audits/<name>/<first>_<last>/``; the log says who had it made."""
    folder = hub.root.audits / made.name / f"{first}_{last}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    hub.root.audits.chmod(0o700)
    page = render_list("audit_list.html", hub.municipality.name, hub.clock.now(), made=made, first=first, last=last)
    write_files(folder, {f"{made.title}.csv": _csv(made.header, made.rows), **page})
    with hub.journal.write() as write:
        period = {"first": first.isoformat(), "last": last.isoformat()}
        write.leaf("audit_list_written", municipality=hub.code, list=made.name, **period, rows=len(made.rows), actor=actor)
    return folder


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """No cell is a formula to a spreadsheet: reasons are free text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(map(as_text, row) for row in rows)
    return text.getvalue().encode("utf-8-sig")
