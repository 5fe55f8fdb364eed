"""Replace filings (差替え): the last valid filing for a child before a deadline takes the place of the earlier ones of its round."""

from collections.abc import Sequence

from sqlalchemy import select, update

from mappings.procedure import EARLIER_ITEM, ROUND_ITEM
from pipeline.filing_day import corrected_filings
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import canonical, obligations
from pipeline.journal.intake_tables import applications, findings
from pipeline.kinds import kind_of
from pipeline.records import canonical_row, load_tables
from pipeline.rounds import Filing, Standing, is_handed_on
from pipeline.steps.share_documents import share_documents
from pipeline.steps.statuses import owe_status
from pipeline.steps.worklist import Outcome, finding_row
from vocabulary.findings import Finding, Severity

REPLACED, CORRECTED, MERGED = "REPLACED", "CORRECTED", "MERGED_REPLACED"


def replaced_by(hub: Hub, row: Filing, winner: Filing, found: Sequence[Finding]) -> Outcome:
    """The outcome of a filing that came to its check after the one that counts: it is settled, and nothing is owed for it."""

    def record(write: Write) -> None:
        share_documents(hub, write, row)
        _tell_replaced(hub, write, row)
        write.leaf("filing_replaced", application=row.id, by=winner.id)

    finding = Finding(REPLACED, where=f"receipt {winner.receipt}", severity=Severity.ALERT)
    return Outcome(findings=(*found, finding), record=record, marks={"disposition": "settled", "reason": REPLACED})


def take_place(hub: Hub, write: Write, row: Filing, standing: Standing) -> None:
    """Settle the earlier filings that no file carries yet; the last of the others is named in the record of this one."""
    handed_on = [earlier.receipt for earlier in standing.before if not settle_earlier(hub, write, earlier, row, code=REPLACED)]
    _name(hub, write, row, {ROUND_ITEM: standing.seat.round, EARLIER_ITEM: handed_on[-1] if handed_on else None})


def answer_corrected(hub: Hub, write: Write, row: Filing) -> None:
    """A correction (補正) takes the place of what it corrects; of one that a file carries already it only says so."""
    for corrected in corrected_filings(hub, row):
        if not settle_earlier(hub, write, corrected, row, code=CORRECTED):
            note_replaced(write, row, f"receipt {corrected.receipt}", code="CORRECTS_DELIVERED", step="check")


def settle_earlier(hub: Hub, write: Write, earlier: Filing, row: Filing, *, code: str) -> bool:
    """Settle a filing that ``row`` takes the place of. False when a file carries it: it stays what it is."""
    # The release takes the same locks, so that a filing is either in a file or settled.
    write.read(select(obligations.c.state).where(obligations.c.application == earlier.id).with_for_update()).all()
    if write.read(select(is_handed_on(earlier.id))).scalar_one():
        return False
    unfinished = (applications.c.id == earlier.id) & applications.c.disposition.in_(("open", "waiting", "held"))
    settled = {"disposition": "settled", "reason": code, "disposed_on": hub.clock.today().isoformat()}
    if write.execute(update(applications).where(unfinished).values(**settled)).rowcount:
        write.execute(obligations.delete().where(obligations.c.application == earlier.id))
        finding = Finding(code, where=f"receipt {row.receipt}", severity=Severity.ALERT)
        write.insert_many(findings, [finding_row(earlier.id, "check", finding)])
        _tell_replaced(hub, write, earlier)
        write.leaf("filing_replaced", application=earlier.id, by=row.id)
    return True


def _tell_replaced(hub: Hub, write: Write, row: Filing) -> None:
    """The portal shows of a replaced filing what its kind allows: it is over, and the later one goes on."""
    status = hub.catalogue.repeats.settled.get(kind_of(hub, hub.procedure(row.procedure), row.id), "COMPLETED")
    owe_status(hub, write, row.id, row.receipt, status)


def note_replaced(write: Write, row: Filing, place: str, *, code: str, step: str) -> None:
    """Say on an application, once, that it takes the place of one that went its way already. step: whose finding it is."""
    known = select(findings.c.id).where(findings.c.application == row.id, findings.c.code == code, findings.c.place == place)
    if write.read(known).first() is None:
        write.insert_many(findings, [finding_row(row.id, step, Finding(code, where=place, severity=Severity.ALERT))])


def _name(hub: Hub, write: Write, row: Filing, values: dict[str, str | None]) -> None:
    """Write the items into the application's own record, where they say something else."""
    tables = load_tables(hub, [row.id])[row.id]
    own = next(iter(tables.values()))
    if all(own.columns[name] == [value] for name, value in values.items()):
        return
    own.columns.update({name: [value] for name, value in values.items()})
    version = write.read(select(canonical.c.mapping_version).where(canonical.c.application == row.id)).scalar_one()
    sealed = canonical_row(hub, row.id, version, tables)["records"]
    write.execute(update(canonical).where(canonical.c.application == row.id).values(records=sealed))
