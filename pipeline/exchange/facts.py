"""What two sides of an exchange are compared by (突合の鍵): keyed hashes, so that nobody's 宛名番号 stands open in the journal."""

from typing import Any

from connectors.exchange_rows import ExchangeRow
from connectors.exchange_sources import OwnRow
from pipeline.exchange.retention import keep_until
from pipeline.hub import Hub


def person_index(hub: Hub, atena: str) -> str:
    """Under which a person's rows are found."""
    return hub.index(atena, "exchange-person")


def record_context(code: str, sequence: str) -> str:
    """The place that the sealed 宛名番号 of a record belongs to."""
    return f"exchange/{code}/{sequence}"


def own_context(code: str, source: str, day: str, place: int) -> str:
    """The place that the sealed 宛名番号 of a row of ours belongs to."""
    return f"own-exchange/{code}/{source}/{day}/{place}"


def record_values(hub: Hub, row: ExchangeRow) -> dict[str, Any]:
    """A record's cells, without when and from where it was fetched."""
    facts = (row.role, row.counterpart, row.duty, row.item, row.atena)
    day = row.requested_at.date()
    open_cells = {
        "sequence": row.sequence,
        "role": row.role,
        "inquirer": row.inquirer,
        "provider": row.provider,
        "duty": row.duty,
        "procedure": row.procedure,
        "item": row.item,
        "requested_at": row.requested_at.isoformat(),
        "provided_at": row.provided_at.isoformat() if row.provided_at else None,
        "outcome": row.outcome,
        "nondisclosure_inquirer": row.nondisclosure_inquirer,
        "nondisclosure_provider": row.nondisclosure_provider,
    }
    return {
        "municipality": hub.code,
        **open_cells,
        "day": day.isoformat(),
        "keep_until": keep_until(day).isoformat(),
        "atena_index": person_index(hub, row.atena),
        "person": hub.sealing.seal_text(row.atena, context=record_context(hub.code, row.sequence)),
        "content_index": hub.index("\x1f".join((row.atena, *map(str, open_cells.values()))), "exchange-content"),
        **_compared(hub, facts, day.isoformat()),
    }


def own_values(hub: Hub, source: str, place: int, row: OwnRow) -> dict[str, Any]:
    """The cells of a row of ours, the ``place``-th of its day's file."""
    day = row.requested_at.date().isoformat()
    facts = (row.role, row.counterpart, row.duty, row.item, row.atena)
    return {
        "municipality": hub.code,
        "source": source,
        "day": day,
        "place": place,
        "sequence": row.sequence or None,
        "inquiry": row.inquiry or None,
        "role": row.role,
        "counterpart": row.counterpart,
        "duty": row.duty,
        "item": row.item,
        "requested_at": row.requested_at.isoformat(),
        "atena_index": person_index(hub, row.atena),
        "person": hub.sealing.seal_text(row.atena, context=own_context(hub.code, source, day, place)),
        **_compared(hub, facts, day),
    }


def _compared(hub: Hub, facts: tuple[str, ...], day: str) -> dict[str, str]:
    """facts_index: what both sides must agree on; natural_index: what a row without 処理通番 is found by."""
    text = "\x1f".join(facts)
    return {"facts_index": hub.index(text, "exchange-facts")[:16], "natural_index": hub.index(f"{text}\x1f{day}", "exchange-natural")}
