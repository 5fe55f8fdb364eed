"""What audits have said and what became of it (監査の一覧): samples, findings, measures with their state and day."""

from collections.abc import Iterator

from sqlalchemy import func, select

from pipeline.audit.withholding import without_people
from pipeline.audit.working_papers import measure_state
from pipeline.hub import Hub
from pipeline.journal.audit_tables import audit_findings, audit_measures, audit_sample_items, audit_samples
from pipeline.journal.intake_tables import applications


def overview(hub: Hub) -> Iterator[str]:
    """One line for each sample, finding and measure; a measure past its day says so."""
    samples = hub.journal.rows(select(audit_samples).where(audit_samples.c.municipality == hub.code).order_by(audit_samples.c.id))
    for row in samples:
        drawn = hub.journal.scalar(select(func.count()).select_from(audit_sample_items).where(audit_sample_items.c.sample == row.id))
        period = f"{row.first}から{row.last}まで"
        yield f"抽出{row.id}番 {row.at[:10]} {row.actor} 種 {row.seed} {period} 母集団{row.population:,}件 抽出{drawn:,}件"
        yield from _findings(hub, row.id)
    if not samples:
        yield "抽出はまだありません。"


def _findings(hub: Hub, sample: int) -> Iterator[str]:
    joined = select(audit_findings, applications.c.receipt, applications.c.id.label("application")).join(
        audit_sample_items,
        (audit_sample_items.c.sample == audit_findings.c.sample) & (audit_sample_items.c.place == audit_findings.c.place),
    )
    joined = joined.join(applications, applications.c.id == audit_sample_items.c.application)
    for one in hub.journal.rows(joined.where(audit_findings.c.sample == sample).order_by(audit_findings.c.id)):
        yield f"  指摘{one.id}番 {one.place}番の{one.receipt} {one.at[:10]} {one.actor}：{without_people(hub, one.application, one.text)}"
        measures = hub.journal.rows(select(audit_measures).where(audit_measures.c.finding == one.id).order_by(audit_measures.c.id))
        for measure in measures:
            text = without_people(hub, one.application, measure.text)
            yield f"    措置{measure.id}番（{measure_state(measure)}） {measure.at[:10]} {measure.actor}：{text}"
        if not measures:
            yield "    措置はまだありません。"
        elif measures[-1].state == "planned" and measures[-1].due_on < hub.clock.today().isoformat():
            yield "    △ 期限を過ぎています。"
