"""Working papers (監査調書): for each item of a sample its trail and empty boxes, as PDF, CSV and page, in a protected folder."""

import csv
import io
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from pipeline.audit.samples import sample_items, sample_row
from pipeline.audit.site import write_files
from pipeline.audit.trails import CHECKED, Trail, trail_of
from pipeline.audit.withholding import without_people
from pipeline.hub import Hub
from pipeline.journal.audit_tables import audit_findings, audit_measures
from pipeline.pages.audit_site import render_list
from pipeline.pages.words import time_text
from pipeline.printing.sheets import render

HEADER = ("番号", "層", "受付番号", "手続", "区分", "項目", "内容")
BOXES = ("確認", "所見")


def write_paper(hub: Hub, sample: int) -> Path:
    """Write ``audits/<sample>/`` from the journal as it is now, findings and measures included. Raises SettingError, GlyphMissing."""
    row = sample_row(hub, sample)
    items = sample_items(hub, sample)
    trails = [trail_of(hub, item) for item in items]
    said = {item.place: _said(hub, sample, item) for item in items}
    folder = hub.root.audits / str(sample)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    hub.root.audits.chmod(0o700)
    strata = sorted(Counter(trail.stratum for trail in trails).items())
    page = render_list(
        "audit_paper.html", hub.municipality.name, hub.clock.now(), sample=row, trails=trails, said=said, boxes=CHECKED, strata=strata
    )
    write_files(folder, {"監査調書.pdf": _pdf(hub, row, trails, said), "監査調書.csv": _csv(trails), **page})
    with hub.journal.write() as write:
        write.leaf("audit_paper_written", sample=sample, items=len(trails))
    return folder


def _said(hub: Hub, sample: int, item: Row[Any]) -> list[tuple[str, str]]:
    """Findings and measures of an item, as (what, text)."""
    found = []
    mine = (audit_findings.c.sample == sample) & (audit_findings.c.place == item.place)
    for finding in hub.journal.rows(select(audit_findings).where(mine).order_by(audit_findings.c.id)):
        found.append((f"指摘{finding.id}番", f"{finding.at[:10]} {finding.actor}：{without_people(hub, item.id, finding.text)}"))
        answers = select(audit_measures).where(audit_measures.c.finding == finding.id).order_by(audit_measures.c.id)
        for one in hub.journal.rows(answers):
            text = without_people(hub, item.id, one.text)
            found.append((f"措置{one.id}番", f"{one.at[:10]} {one.actor}：{text}（{measure_state(one)}）"))
    return found


def measure_state(measure: Row[Any]) -> str:
    """済 or until when."""
    return "済" if measure.state == "done" else f"{measure.due_on}まで"


def _pdf(hub: Hub, row: Row[Any], trails: list[Trail], said: dict[int, list[tuple[str, str]]]) -> bytes:
    from pypdf import PdfWriter

    strata = sorted(Counter(trail.stratum for trail in trails).items())
    cover = {
        "municipality": hub.municipality.name,
        "made_at": time_text(hub.clock.now()),
        "facts": [list(line) for line in facts_of(row, len(trails))],
        "strata": [[stratum, str(count)] for stratum, count in strata],
    }
    sheets = [render("audit_cover", cover), *(render("audit_item", _item(row, trail, said[trail.place])) for trail in trails)]
    with PdfWriter() as writer:
        for sheet in sheets:
            writer.append(io.BytesIO(sheet), import_outline=False)
        writer.add_metadata({"/Title": f"監査調書 抽出{row.id}番"})
        joined = io.BytesIO()
        writer.write(joined)
    return joined.getvalue()


def facts_of(row: Row[Any], drawn: int) -> list[tuple[str, str]]:
    """What a drawing was, so that anybody can repeat it."""
    return [
        ("抽出番号", f"{row.id}番"),
        ("対象期間", f"{row.first}から{row.last}まで（担当課到達日）"),
        ("母集団", f"{row.population:,}件"),
        ("種（seed）", row.seed),
        ("求めた件数", f"{row.size:,}件"),
        ("抽出した件数", f"{drawn:,}件"),
        ("抽出した者", row.actor),
        ("抽出した時刻", time_text(datetime.fromisoformat(row.at))),
        ("抽出結果の SHA-256", row.digest),
    ]


def _item(row: Row[Any], trail: Trail, said: list[tuple[str, str]]) -> dict[str, object]:
    return {
        "sample": row.id,
        "place": trail.place,
        "stratum": trail.stratum,
        "receipt": trail.receipt,
        "procedure": trail.procedure,
        "sections": [{"title": one.title, "lines": [list(line) for line in one.lines]} for one in trail.sections],
        "said": [list(line) for line in said],
        "boxes": list(CHECKED),
    }


def _csv(trails: list[Trail]) -> bytes:
    """One row for each line of evidence, then one for each box to fill in."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*HEADER, *BOXES])
    for trail in trails:
        head = [str(trail.place), trail.stratum, trail.receipt, trail.procedure]
        writer.writerows([*head, section.title, *line, "", ""] for section in trail.sections for line in section.lines)
        writer.writerows([*head, "確認欄", box, "", "", ""] for box in CHECKED)
    return text.getvalue().encode("utf-8-sig")
