"""Results of inquiries (情報照会結果の取得, SKI 11123 → 11134): the 処理通番 of inquiries that our own side wrote down without one."""

import logging
from datetime import timedelta

from sqlalchemy import select, update

from connectors.exchange_rows import is_sequence
from connectors.intermediate import ROWS_PER_REQUEST, IntermediateClient
from connectors.intermediate_records import InquiryResult
from pipeline.exchange.setting import exchange_setting
from pipeline.hub import Hub
from pipeline.journal.exchange_tables import own_exchanges
from pipeline.sync.questions import Question, ask
from pipeline.sync.server import server_of
from pipeline.sync.window import must_stop

log = logging.getLogger(__name__)

_DAYS = 31
"""How long the result of an inquiry is asked for."""


def inquiry_results(hub: Hub) -> dict[str, int]:
    """Ask for the 処理通番 of every inquiry that lacks one. Ends cleanly outside the declared hours.

    Raises TransientError or PermanentError.
    """
    counts = {"asked": 0, "found": 0}
    if must_stop(hub, exchange_setting(hub).window):
        return {"skipped": 1}
    wanted = _without_sequence(hub)
    with server_of(hub) as client:
        for start in range(0, len(wanted), ROWS_PER_REQUEST):
            some = wanted[start : start + ROWS_PER_REQUEST]
            counts["asked"] += len(some)
            counts["found"] += _enter(hub, set(some), _ask(hub, client, some))
    log.info("inquiry_results_read", extra=counts)
    return counts


def _ask(hub: Hub, client: IntermediateClient, inquiries: list[str]) -> tuple[InquiryResult, ...]:
    question = Question("inquiry_results", hub.clock.today(), "\x1f".join(inquiries))
    found = ask(hub, question, lambda request: client.ask_inquiry_results(request, inquiries), client.inquiry_results)
    return found or ()


def _without_sequence(hub: Hub) -> list[str]:
    since = (hub.clock.today() - timedelta(days=_DAYS)).isoformat()
    lacking = (own_exchanges.c.sequence.is_(None), own_exchanges.c.inquiry.is_not(None), own_exchanges.c.day >= since)
    statement = select(own_exchanges.c.inquiry).where(own_exchanges.c.municipality == hub.code, *lacking).distinct()
    return sorted(row.inquiry for row in hub.journal.rows(statement))


def _enter(hub: Hub, asked: set[str], results: tuple[InquiryResult, ...]) -> int:
    """Write the numbers down; a result that was not asked for is left alone."""
    known = {result.inquiry_id: result.sequence for result in results if result.inquiry_id in asked and is_sequence(result.sequence)}
    if not known:
        return 0
    with hub.journal.write() as write:
        for inquiry, sequence in known.items():
            same = (own_exchanges.c.municipality == hub.code, own_exchanges.c.inquiry == inquiry, own_exchanges.c.sequence.is_(None))
            write.execute(update(own_exchanges).where(*same).values(sequence=sequence))
        write.leaf("inquiry_sequences_known", count=len(known))
    return len(known)
