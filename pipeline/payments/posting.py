"""Posting data (消込用データ): what the receipts system has to post, each payment once, and its cancellation as a row of its own."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from connectors.collections import PROFILE, WAYS
from connectors.connections import folder_connection
from connectors.folder import FolderTarget
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.payment_tables import posting_files, postings
from pipeline.payments.figures import all_verdicts, claims_by_id
from pipeline.payments.matching import Verdict, fiscal_year_of

LAYOUT = PROFILE["posting"]


@dataclass(frozen=True, slots=True)
class Posting:
    """A row for the receipts system. values: of the table postings, without file."""

    values: dict[str, Any]
    claim: Row[Any]


def owed_postings(hub: Hub) -> list[Posting]:
    """What is matched and was never told, and what was told and is undone since."""
    told = {(row.way, row.reference, row.sort): row for row in posting_rows(hub)}
    known = claims_by_id(hub)
    found = []
    for one in all_verdicts(hub):
        paid = told.get((*one.payment, "paid"))
        if one.word == "matched" and paid is None and one.claim is not None:
            found.append(Posting(_values(hub, one, one.claim), one.claim))
        elif one.word == "cancellation" and paid is not None and (*one.payment, "cancelled") not in told:
            undone = {name: value for name, value in paid._mapping.items() if name != "file"}
            found.append(Posting({**undone, "sort": "cancelled"}, known[paid.claim]))
    return found


def posting_rows(hub: Hub) -> list[Row[Any]]:
    """Everything that the receipts system was told."""
    return hub.journal.rows(select(postings).where(postings.c.municipality == hub.code))


def _values(hub: Hub, one: Verdict, claim: Row[Any]) -> dict[str, Any]:
    row = one.row
    return {
        "municipality": hub.code,
        "way": row.way,
        "reference": row.reference,
        "sort": "paid",
        "claim": claim.id,
        "amount": row.amount,
        "collected_on": row.collected_on,
        "deposit_on": row.deposit_on,
        "fiscal_year": fiscal_year_of(claim.fiscal_year, row.collected_on),
        "subject": claim.subject,
    }


def make_file(hub: Hub, rows: Sequence[Posting]) -> str:
    """Note a file with these rows; it is delivered afterwards. Gives its name."""
    content = csv_of(rows)
    day = hub.clock.today()
    with hub.journal.write() as write:
        number = write.next_number(f"posting/{hub.code}/{day}")
        name = f"keshikomi_{hub.code}_{day:%Y%m%d}_{number:02d}.csv"
        digest, amount = hashlib.sha256(content).hexdigest(), sum(row.values["amount"] for row in rows)
        made = {"municipality": hub.code, "name": name, "digest": digest, "rows": len(rows), "amount": amount, "content": content}
        file = write.insert_row(posting_files, {**made, "state": "made", "made_at": hub.clock.now().isoformat()})
        write.insert_many(postings, [{**row.values, "file": file} for row in rows])
        write.leaf("posting_file_made", name=name, digest=digest, rows=len(rows), amount=amount)
    return name


def csv_of(rows: Sequence[Posting]) -> bytes:
    """The rows as CSV with heading and CRLF, in the declared layout."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(LAYOUT["columns"])
    for row in rows:
        one, claim = row.values, row.claim
        past = "1" if one["fiscal_year"] != claim.fiscal_year else "0"
        late = "1" if one["collected_on"] > claim.due_on else "0"
        named = (LAYOUT["sorts"][one["sort"]], claim.institution, claim.number, WAYS[one["way"]]["title"], one["reference"], one["amount"])
        writer.writerow((*named, one["collected_on"], one["deposit_on"], one["fiscal_year"], past, one["subject"], late))
    return text.getvalue().encode(LAYOUT["encoding"])


def hand_over(hub: Hub, connection: str) -> int:
    """Put every file that was made and is not there yet into the receipts system's folder, proven by reading it back.

    Raises TransientError or PermanentError of the folder; what is there by then stays known.
    """
    made = select(posting_files).where(posting_files.c.municipality == hub.code, posting_files.c.state == "made")
    target = FolderTarget(folder_connection(hub.root.folder, connection), reached=fault_point)
    delivered = 0
    for file in hub.journal.rows(made.order_by(posting_files.c.id)):
        evidence = target.deliver(file.name, bytes(file.content))
        with hub.journal.write() as write:
            open_file = (posting_files.c.id == file.id) & (posting_files.c.state == "made")
            done = update(posting_files).where(open_file).values(state="delivered", delivered_at=hub.clock.now().isoformat())
            if write.execute(done).rowcount:
                write.leaf("posting_file_delivered", name=file.name, digest=evidence.sha256, proof=evidence.kind)
                delivered += 1
    return delivered
