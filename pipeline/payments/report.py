"""The accounting officer's page (会計課の公金決済の表): three totals by day and way, what does not fit, and nothing of any resident."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from connectors.collections import WAYS
from pipeline.hub import Hub
from pipeline.pages.payments import DayLine, ItemLine, PaymentsPage, SubjectLine, WordLine, render_payments
from pipeline.payments.figures import DayOfWay, all_verdicts, bank_rows, days_of, standing
from pipeline.payments.files import known_files
from pipeline.payments.items import REFUNDED, item_rows
from pipeline.payments.matching import Verdict, fiscal_year_of
from pipeline.payments.words import REMEDIES, TITLES
from pipeline.places import municipalities_folder, municipality_codes
from pipeline.steps.report_day import write_pages

SHOWN_DAYS = 14


def write_report(hub: Hub) -> None:
    """Write ``reports/<code>/payments.html`` and ``.pdf``, and those in ``reports`` where the municipality is the only one."""
    files = render_payments(page_of(hub))
    write_pages(hub.root.reports / hub.code, files)
    if len(municipality_codes(municipalities_folder())) == 1:
        write_pages(hub.root.reports, files)


def page_of(hub: Hub) -> PaymentsPage:
    """What the page shows now."""
    verdicts, today = all_verdicts(hub), hub.clock.today()
    days = days_of(verdicts, standing(bank_rows(hub))[0], hub.opening)
    items = [row for row in item_rows(hub) if row.state == "open"]
    refused = [file for kind in ("claims", "collections", "deposits") for file in known_files(hub, kind) if file.state == "refused"]
    return PaymentsPage(
        municipality=hub.municipality.name,
        day=today,
        made_at=hub.clock.now(),
        days=[_line(one, today) for one in days if not one.agrees or one.day >= today - timedelta(days=SHOWN_DAYS)],
        words=_words(verdicts),
        subjects=_subjects(verdicts),
        refunds=[_item(hub, row) for row in items if row.kind in REFUNDED],
        others=[_item(hub, row) for row in items if row.kind not in REFUNDED],
        refused=[(file.name, file.at[:10], file.code) for file in refused if file.at[:10] >= f"{today - timedelta(days=SHOWN_DAYS)}"],
    )


def _line(one: DayOfWay, today: date) -> DayLine:
    title = WAYS[one.way]["title"]
    if one.agrees:
        return DayLine(one.day, title, "agree", one.claimed, one.collected, one.deposited, one.fee, "三つの合計が一致しています。")
    if one.claimed == one.collected and one.deposited == 0 and one.day >= today:
        sentence = "入金日がまだ来ていないか、今日の入金データを待っています。"
        return DayLine(one.day, title, "wait", one.claimed, one.collected, one.deposited, one.fee, sentence)
    sentence = "".join(_differences(one, today))
    return DayLine(one.day, title, "differ", one.claimed, one.collected, one.deposited, one.fee, sentence)


def _differences(one: DayOfWay, today: date) -> list[str]:
    found = []
    if one.named:
        found.append(f"調定と合わない収納 {one.collected - one.claimed:,}円（{'、'.join(one.named)}）。")
    if one.collected == 0:
        found.append(f"収納データのない入金 {one.deposited:,}円。")
    elif one.deposited == 0 and one.day >= today:
        found.append("入金はこれからです。")
    elif one.deposited == 0:
        found.append("入金がありません。指定金融機関に確かめてください。")
    elif one.deposited != one.collected:
        more = "多く" if one.deposited > one.collected else "少なく"
        found.append(f"入金が収納より{abs(one.deposited - one.collected):,}円{more}なっています。")
        found.append("手数料を差し引いた入金でないか確かめてください。")
    return found


def _words(verdicts: Sequence[Verdict]) -> list[WordLine]:
    found: dict[str, list[int]] = {}
    for one in verdicts:
        found.setdefault(one.word, []).append(one.row.amount)
    return [WordLine(TITLES[word], len(found[word]), sum(found[word])) for word in TITLES if word in found]


def _subjects(verdicts: Sequence[Verdict]) -> list[SubjectLine]:
    """会計年度 and 歳入科目 of what was matched: how many, of these late, and the sum."""
    found: dict[tuple[int, str], list[Verdict]] = {}
    for one in verdicts:
        if one.word == "matched" and one.claim is not None:
            found.setdefault((fiscal_year_of(one.claim.fiscal_year, one.row.collected_on), one.claim.subject), []).append(one)
    lines = []
    for (year, subject), group in sorted(found.items()):
        late = sum(one.late for one in group)
        lines.append(SubjectLine(year, subject, len(group), late, sum(one.row.amount for one in group)))
    return lines


def _item(hub: Hub, row: Row[Any]) -> ItemLine:
    section = hub.municipality.sections.get(row.section)
    return ItemLine(row.id, TITLES[row.kind], row.number, row.amount, section.name if section else "会計課", REMEDIES[row.kind])
