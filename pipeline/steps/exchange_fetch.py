"""Fetch the records of exchange (情報提供等記録の取得): each night, for the days that are not settled yet."""

import logging
from collections import Counter

from pipeline.exchange.fetch import fetch_span, spans_to_ask
from pipeline.exchange.setting import exchange_setting
from pipeline.hub import Hub
from pipeline.sync.server import server_of
from pipeline.sync.window import must_stop

log = logging.getLogger(__name__)


def exchange_fetch(hub: Hub) -> dict[str, int]:
    """Ask span by span. Ends cleanly outside the declared hours or when the server stops; the next night goes on.

    Raises TransientError or PermanentError.
    """
    window = exchange_setting(hub).window
    counts = Counter({"fetched": 0})
    with hub.journal.alone(f"exchange/{hub.code}") as mine:
        if not mine or must_stop(hub, window):
            log.info("exchange_not_fetched", extra={"municipality": hub.code})
            return {"skipped": 1}
        with server_of(hub) as client:
            for first, last in spans_to_ask(hub):
                if must_stop(hub, window):
                    counts["skipped"] = 1
                    break
                counts.update(fetch_span(hub, client, first, last))
    log.info("exchange_fetched", extra=dict(counts))
    return dict(counts)
