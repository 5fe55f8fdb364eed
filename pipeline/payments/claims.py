"""Claims in (調定・納入通知の取込み): the newest full extract of the owning systems says what is owed."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, select, update

from connectors.collections import Claim, read_claims
from connectors.ledgers import ExtractFile, finished_extracts
from pipeline.alarms import cause_gone
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.payment_tables import claims
from pipeline.payments.files import REFUSED, enter_file, known_files, note_file
from vocabulary.findings import Refused, refuse

KIND = "claims"
OWED = ("confirmation", "division", "el_number", "amount", "due_on", "subject", "purpose", "fiscal_year", "section", "atena")


def claim_rows(hub: Hub) -> list[Row[Any]]:
    """Every claim that ever was, also withdrawn ones."""
    return hub.journal.rows(select(claims).where(claims.c.municipality == hub.code).order_by(claims.c.id))


def confirmation_of(hub: Hub, claim: Row[Any]) -> str:
    """The 確認番号 of a claim."""
    return hub.sealing.unseal_text(claim.confirmation, context=_context(hub, claim.institution, claim.number))


def _context(hub: Hub, institution: str, number: str) -> str:
    return f"claim/{hub.code}/{institution}/{number}"


def take_claims(hub: Hub, connection: str) -> dict[str, int]:
    """Take in the newest extract. An older one than was taken before is left; a refused one leaves what was known."""
    counts = {"claims": 0, "changed": 0, "withdrawn": 0, "refused": 0}
    before = known_files(hub, KIND)
    known = {(file.name, file.digest) for file in before}
    files = [one for one in finished_extracts(hub.folder(connection)) if one.kind == KIND and one.full]
    for early in (one for one in files if one.lies_ahead(hub.clock.today()) and (one.name, one.sha256) not in known):
        note_file(hub, KIND, early.name, early.sha256, state="refused", code="LEDGER_FUTURE")
        counts["refused"] += 1
    newest = next((one for one in reversed(files) if not one.lies_ahead(hub.clock.today())), None)
    if newest is None or (newest.name, newest.sha256) in known or any(file.name > newest.name for file in before if file.state == "taken"):
        return counts
    try:
        found = read_claims(newest, hub.code)
        for claim in found:
            if claim.section not in hub.municipality.sections:
                raise refuse("LEDGER_ROW", newest.name, "a section is not one of the municipality")
    except Refused as refused:
        note_file(hub, KIND, newest.name, newest.sha256, state="refused", code=refused.finding.code)
        return {**counts, "refused": counts["refused"] + 1}
    return counts | _enter(hub, newest, found)


def _enter(hub: Hub, file: ExtractFile, found: list[Claim]) -> dict[str, int]:
    known = {(row.institution, row.number): row for row in claim_rows(hub)}
    changed = 0
    with hub.journal.write() as write:
        key = enter_file(hub, write, KIND, file.name, file.sha256, rows=len(found), amount=sum(one.amount for one in found))
        for claim in found:
            changed += _enter_claim(hub, write, claim, known.pop((claim.institution, claim.number), None), key)
        gone = [row for row in known.values() if row.state == "open"]
        for row in gone:
            write.execute(update(claims).where(claims.c.id == row.id).values(state="withdrawn", version=row.version + 1, file=key))
            write.leaf("claim_withdrawn", claim=row.id, version=row.version + 1)
    cause_gone(hub, (REFUSED,), file.name)
    return {"claims": len(found), "changed": changed, "withdrawn": len(gone)}


def _enter_claim(hub: Hub, write: Write, claim: Claim, before: Row[Any] | None, file: int) -> int:
    """1 where a claim that was known says something else than before."""
    values = asdict(claim)
    same = before is not None and before.state == "open" and confirmation_of(hub, before) == claim.confirmation
    if before is not None and same and all(getattr(before, name) == values[name] for name in OWED[1:]):
        return 0
    values["confirmation"] = hub.sealing.seal_text(claim.confirmation, context=_context(hub, claim.institution, claim.number))
    row = {"municipality": hub.code, **values, "state": "open", "file": file, "version": before.version + 1 if before else 1}
    if before is None:
        write.insert_row(claims, row)
        return 0
    write.execute(update(claims).where(claims.c.id == before.id).values(**row))
    write.leaf("claim_changed", claim=before.id, version=row["version"], amount=claim.amount, due_on=claim.due_on)
    return 1
