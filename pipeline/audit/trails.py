"""The trail of one sampled application (証跡の一覧): what proves each step, as digests, versions, codes and places; no value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, select

from pipeline.acts import acts_of
from pipeline.audit.day_pages import title_of
from pipeline.audit.withholding import without_people
from pipeline.hub import Hub
from pipeline.journal.act_tables import waivers
from pipeline.journal.decision_tables import decisions, notice_outbox, status_outbox
from pipeline.journal.delivery_tables import batch_items, batches, canonical, deliveries, receipts
from pipeline.journal.intake_tables import findings, parts, step_results
from pipeline.lineage import runs_of
from pipeline.pages.mapping_words import STATUS_NAMES
from pipeline.pages.words import ACTS, SEVERITIES, STAGES

STEPS: Final = {**STAGES, "case": "案件フォルダ"}
DISPOSITIONS: Final = {"open": "処理中", "waiting": "待ち", "held": "保留", "delivered": "配信済", "settled": "完結", "withdrawn": "取下げ"}
OUTCOMES: Final = {"done": "済", "held": "保留", "waiting": "待ち"}
SENT: Final = {
    "owed": "未送信",
    "sending": "送信中",
    "sent": "送信済",
    "accepted": "ポータル受付済",
    "undeliverable": "届けられない",
    "refused": "拒否",
    "given_up": "送信取りやめ",
}
"""States of what residents are told: what was sent is not what arrived."""
CHECKED: Final = ("収受と受け取ったもの", "検査の結果と定義の版", "配信した記録と控え", "職員の行為（理由・二人目）", "決定とお知らせ")
"""What the boxes of a working paper ask for (確認欄)."""

Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of one kind, as (what, text)."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Trail:
    """One item of a sample."""

    place: int
    stratum: str
    receipt: str
    procedure: str
    sections: tuple[Section, ...]


def trail_of(hub: Hub, item: Row[Any]) -> Trail:
    """The trail of an item as ``sample_items`` gives it."""
    sections = (
        ("収受", _reception(hub, item)),
        ("受け取ったもの", _package(hub, item)),
        ("工程と指摘", _steps(hub, item)),
        ("検査の実行", _suites(hub, item)),
        ("配信", _deliveries(hub, item)),
        ("職員の行為", _acts(hub, item)),
        ("決定・処理状況・お知らせ", _answers(hub, item)),
    )
    stratum = item.stratum.replace(item.procedure, title_of(hub, item.procedure), 1)
    found = tuple(Section(title, tuple(lines)) for title, lines in sections)
    return Trail(item.place, stratum, item.receipt, title_of(hub, item.procedure), found)


def _reception(hub: Hub, row: Row[Any]) -> Iterator[Line]:
    section = hub.municipality.sections.get(row.section)
    yield "担当", section.name if section else row.section
    yield "収受番号", f"{row.filing_year}年度 第{row.filing_number}号（{row.filed_on}）"
    yield "到達", f"{_time(row.arrived_at)}（担当課 {_time(row.department_at)}）"
    yield "今の状態", " ".join(part for part in (DISPOSITIONS[row.disposition], row.reason, f"{row.disposed_on}から") if part)


def _package(hub: Hub, row: Row[Any]) -> Iterator[Line]:
    yield f"申請データ（第{row.version}版）", f"{row.size:,}バイト SHA-256 {row.digest}"
    for part in hub.journal.rows(select(parts).where(parts.c.application == row.id).order_by(parts.c.kind.desc(), parts.c.digest)):
        title = "様式" if part.kind == "form" else f"添付 {part.document}"
        yield title, f"{part.size:,}バイト SHA-256 {part.digest}"


def _steps(hub: Hub, row: Row[Any]) -> Iterator[Line]:
    done = hub.journal.rows(select(step_results).where(step_results.c.application == row.id))
    order = list(STEPS)
    for one in sorted(done, key=lambda one: (one.at, order.index(one.step) if one.step in order else 0)):
        yield STEPS.get(one.step, one.step), f"{_time(one.at)} {OUTCOMES[one.outcome]}（入力 {one.inputs[:16]}）"
    for one in hub.journal.rows(select(findings).where(findings.c.application == row.id).order_by(findings.c.id)):
        facts = (one.code, one.rule, SEVERITIES.get(one.severity, one.severity), STEPS.get(one.step, one.step))
        yield "指摘", " ".join(part for part in facts if part)


def _suites(hub: Hub, row: Row[Any]) -> Iterator[Line]:
    """The mapping's version, and of every suite of the procedure its last run before the check's outcome was entered."""
    version = hub.journal.scalar(select(canonical.c.mapping_version).where(canonical.c.application == row.id))
    yield "変換の定義の版", version or "―"
    for one, result in runs_of(hub, row):
        failed = sum(check.failed for check in result.checks)
        name = one.suite.partition("@")[0]
        yield name, f"実行{one.id}番 定義の版 {result.version} {one.rows:,}行 検査{len(result.checks)}種 通らなかった行{failed:,}"


def _deliveries(hub: Hub, row: Row[Any]) -> Iterator[Line]:
    joined = select(batch_items, batches.c.name, batches.c.digest.label("file"), deliveries.c.evidence, deliveries.c.at, receipts.c.result)
    joined = joined.join(batches, batches.c.id == batch_items.c.batch).outerjoin(deliveries, deliveries.c.batch == batches.c.id)
    joined = joined.outerjoin(receipts, receipts.c.batch == batches.c.id).where(batch_items.c.application == row.id)
    seen = set()
    for one in hub.journal.rows(joined.order_by(batch_items.c.batch, batch_items.c.offset)):
        if one.batch not in seen:
            seen.add(one.batch)
            proof = f"{_time(one.at)} {one.evidence}" if one.at else "未配信"
            yield "ファイル", f"{one.destination} {one.name} SHA-256 {one.file} {proof} 受領書{one.result or 'なし'}"
        yield "記録", f"{one.name}:{one.record_kind} {one.offset}バイト目から{one.length}バイト SHA-256 {one.digest}"


def _acts(hub: Hub, row: Row[Any]) -> Iterator[Line]:
    rows = acts_of(hub, row.id)
    for act in rows:
        second = f"（{act.first}番の二人目）" if act.first else "（二人目を待っている）" if act.state == "asked" else ""
        who = f"{act.actor}（OS {act.login}）"
        yield f"{act.id}番 {ACTS.get(act.kind, act.kind)}{second}", f"{_time(act.at)} {who} 理由：{without_people(hub, row.id, act.reason)}"
    for one in hub.journal.rows(select(waivers).where(waivers.c.application == row.id).order_by(waivers.c.code)):
        yield "解除された指摘", f"{one.code} {one.rule}（{one.act}番）"


def _answers(hub: Hub, row: Row[Any]) -> Iterator[Line]:
    for one in hub.journal.rows(select(decisions).where(decisions.c.application == row.id).order_by(decisions.c.id)):
        yield "決定", f"{one.outcome} {one.decided_on} 根拠 {one.source}"
    for one in hub.journal.rows(select(status_outbox).where(status_outbox.c.application == row.id).order_by(status_outbox.c.owed_at)):
        yield "処理状況", f"{STATUS_NAMES.get(one.status, one.status)} {_sent(one)}"
    for one in hub.journal.rows(select(notice_outbox).where(notice_outbox.c.application == row.id).order_by(notice_outbox.c.owed_at)):
        yield "お知らせ", f"{one.kind} {_sent(one)}"


def _sent(told: Row[Any]) -> str:
    return f"{SENT[told.state]} {_time(told.sent_at) if told.sent_at else ''}".rstrip()


def _time(text: str) -> str:
    return text[:16].replace("T", " ")
