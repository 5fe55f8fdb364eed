"""Pull (取得): list the portal, fetch what is new, store it durably with its 収受番号, then acknowledge 受領済."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Update, select, update

from connectors.errors import PermanentError, TransientError
from connectors.portal import Listed, PortalClient, Withdrawn
from pipeline.alarms import raise_alarm
from pipeline.daily_duties import look_after
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.inbox_files import Stored
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import applications, listings
from pipeline.steps.statuses import owe_status, send_statuses
from pipeline.taken_back import take_in_withdrawals
from vocabulary.ages import fiscal_year

log = logging.getLogger(__name__)

MOST_PASSES = 5
MOST_FAILURES = 3
CHUNK = 500


def pull(hub: Hub) -> dict[str, int]:
    """Bring the journal into step with the portal's list and fetch what is missing. Procedures not taken here are out of scope (対象外).

    Raises TransientError when the portal fails, and PermanentError at the end for applications that it will not give.
    """
    look_after(hub)
    scope = {hub.procedure(name).portal_id: name for name in hub.municipality.procedures}
    refused: dict[str, PermanentError] = {}
    counts = {"listed": 0, "stored": 0, "gone": 0, "out_of_scope": 0, "withdrawn": 0}
    with PortalClient(hub.http(hub.municipality.portal.connection)) as portal:
        for _ in range(MOST_PASSES):
            listed = portal.listing()
            fresh = enter_listing(hub, listed, scope)
            counts["listed"] += fresh["listed"] + fresh["out_of_scope"]
            counts["out_of_scope"] += fresh["out_of_scope"]
            fetched = fetch_missing(hub, portal, scope, refused)
            counts["stored"] += fetched["stored"]
            counts["gone"] += fetched["gone"]
            counts["withdrawn"] += take_in_withdrawals(hub, {row.receipt for row in listed if row.withdrawn})
            if not any(fresh.values()) and not any(fetched.values()):
                break
        send_statuses(hub, portal, only="RECEIVED")
    log.info("pull_ended", extra={**counts, "refused": len(refused)})
    if refused:
        receipt, error = next(iter(refused.items()))
        raise PermanentError(error.system, f"{error.problem} ({receipt}, {len(refused)} in all)")
    return counts


def enter_listing(hub: Hub, rows: tuple[Listed, ...], scope: Mapping[str, str]) -> dict[str, int]:
    """Enter rows that the journal does not know. A row that shows the version already fetched is no new application."""
    seen = set(_seen(hub, [row.receipt for row in rows]))
    # In one order for all workers, so that none waits for a row of another one that waits for its own.
    fresh = sorted((row for row in rows if (row.receipt, row.version) not in seen), key=lambda row: (row.receipt, row.version))
    counts = {"listed": 0, "out_of_scope": 0}
    if fresh:
        with hub.journal.write() as write:
            for row in fresh:
                state = "listed" if row.procedure in scope else "out_of_scope"
                counts[state] += write.insert_new(listings, _listing_row(hub, row, state))
            if any(counts.values()):
                write.leaf("listing_entered", municipality=hub.code, **counts)
    return counts


def _seen(hub: Hub, receipts: Sequence[str]) -> Iterator[tuple[str, int]]:
    """(receipt, version) that the journal has listed or fetched, of these receipts only."""
    columns = select(listings.c.receipt, listings.c.version, listings.c.fetched_version).where(listings.c.municipality == hub.code)
    for start in range(0, len(receipts), CHUNK):
        for row in hub.journal.rows(columns.where(listings.c.receipt.in_(receipts[start : start + CHUNK]))):
            yield row.receipt, row.version
            yield row.receipt, row.fetched_version


def _listing_row(hub: Hub, row: Listed, state: str) -> dict[str, object]:
    return {
        "municipality": hub.code,
        "receipt": row.receipt,
        "version": row.version,
        "portal_procedure": row.procedure,
        "arrived_at": row.arrived_at.isoformat(),
        "listed_at": hub.clock.now().isoformat(),
        "state": state,
        "resolved_on": None if state == "listed" else hub.clock.today().isoformat(),
    }


def fetch_missing(hub: Hub, portal: PortalClient, scope: Mapping[str, str], refused: dict[str, PermanentError]) -> dict[str, int]:
    """Fetch every listed application that is not stored yet: the work list is listed minus finished.

    One that fails is left to the next pass, one that is refused for good enters ``refused`` and is left to the next run. Several in a
    row mean that the portal is down or was set up wrongly. Raises TransientError or PermanentError then.
    """
    waiting = select(listings).where(listings.c.municipality == hub.code, listings.c.state == "listed").order_by(listings.c.arrived_at)
    counts = {"stored": 0, "gone": 0}
    failures = 0
    # A procedure that is no longer taken leaves its rows listed: the balance shows them as not fetched until a person decides.
    missing = [row for row in hub.journal.rows(waiting) if row.receipt not in refused and row.portal_procedure in scope]
    for listing in missing:
        fault_point("pull.before_fetch")
        try:
            fetched = portal.fetch(listing.receipt)
        except Withdrawn:
            counts["gone"] += _mark_gone(hub, listing)
            continue
        except (TransientError, PermanentError) as error:
            failures += 1
            if failures == MOST_FAILURES:
                raise
            if isinstance(error, PermanentError):
                refused[listing.receipt] = error
                _note_refused(hub, listing)
            continue
        failures = 0
        fault_point("pull.fetched")
        stored = hub.store.put(fetched.data, context=raw_context(hub.code, listing.receipt))
        fault_point("pull.file_stored")
        counts["stored"] += _enter_application(
            hub, listing, stored, version=fetched.version, procedure=scope[listing.portal_procedure]
        )
    return counts


def _note_refused(hub: Hub, listing: Row[Any]) -> None:
    with hub.journal.write() as write:
        raise_alarm(hub, write, kind="FETCH_REFUSED", subject=listing.receipt)
        write.leaf("fetch_refused", municipality=hub.code, receipt=listing.receipt)


def raw_context(municipality: str, receipt: str) -> str:
    """The place in the sealed store that a raw package belongs to."""
    return f"raw/{municipality}/{receipt}"


def _resolve(listing: Row[Any], day: date) -> Update:
    """The update that takes a listing off the work list, once."""
    unresolved = (listings.c.id == listing.id) & (listings.c.state == "listed")
    return update(listings).where(unresolved).values(resolved_on=day.isoformat())


def _mark_gone(hub: Hub, listing: Row[Any]) -> int:
    with hub.journal.write() as write:
        gone = write.execute(_resolve(listing, hub.clock.today()).values(state="gone")).rowcount
        if gone:
            write.leaf("listing_gone", municipality=hub.code, receipt=listing.receipt)
    return gone


def _enter_application(hub: Hub, listing: Row[Any], stored: Stored, *, version: int, procedure: str) -> int:
    # One moment for listing and application: read apart, midnight could fall between them and leave two days that never add up.
    now = hub.clock.now()
    with hub.journal.write() as write:
        # Versions of one receipt number are entered one after another: the first is acknowledged, the same content is known.
        of_receipt = (listings.c.municipality == hub.code) & (listings.c.receipt == listing.receipt)
        write.read(select(listings.c.id).where(of_receipt).order_by(listings.c.id).with_for_update())
        if _is_known_content(write, hub.code, listing, stored.digest, version):
            return 0
        if write.execute(_resolve(listing, now.date()).values(state="stored", fetched_version=version)).rowcount == 0:
            return 0
        row = _application_row(hub, write, listing, stored, version=version, procedure=procedure, now=now)
        application = write.insert_row(applications, row)
        owe_status(hub, write, application, listing.receipt, "RECEIVED")
        facts = {"municipality": hub.code, "receipt": listing.receipt, "digest": stored.digest, "filing": _filing_text(row)}
        write.leaf("application_stored", application=application, **facts)
    return 1


def _is_known_content(write: Write, municipality: str, listing: Row[Any], digest: str, version: int) -> bool:
    """The portal counted up the version of a package whose bytes are stored already: the two rows are one application."""
    same = select(applications.c.listing).where(
        applications.c.municipality == municipality, applications.c.receipt == listing.receipt, applications.c.digest == digest
    )
    earlier = write.read(same).scalar()
    if earlier is None or earlier == listing.id:
        return False
    write.execute(listings.delete().where(listings.c.id == listing.id))
    write.execute(update(listings).where(listings.c.id == earlier).values(fetched_version=version))
    write.leaf("listing_repeated", municipality=municipality, receipt=listing.receipt, version=version)
    return True


def _application_row(
    hub: Hub, write: Write, listing: Row[Any], stored: Stored, *, version: int, procedure: str, now: datetime
) -> dict[str, object]:
    today = now.date()
    section = hub.enabled(procedure).section
    year = fiscal_year(today)
    return {
        "listing": listing.id,
        "municipality": hub.code,
        "receipt": listing.receipt,
        "version": version,
        "digest": stored.digest,
        "size": stored.size,
        "blob": stored.path,
        "procedure": procedure,
        "section": section,
        "filing_year": year,
        "filing_number": write.next_number(f"filing/{hub.code}/{section}/{year}"),
        "filed_on": today.isoformat(),
        "arrived_at": listing.arrived_at,
        "department_at": now.isoformat(),
        "stage": "stored",
        "disposition": "open",
        "disposed_on": today.isoformat(),
        "restricted": False,
    }


def _filing_text(row: dict[str, object]) -> str:
    return f"{row['section']}/{row['filing_year']}/{row['filing_number']}"
