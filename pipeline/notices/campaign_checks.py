"""What a campaign says of its notices right before they go out: whether it was stopped, and whether the people are still meant."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from pipeline.campaigns.ledger_records import data_version
from pipeline.campaigns.people import Choice, candidates
from pipeline.hub import Hub
from pipeline.journal.campaign_tables import campaign_people, campaigns

_LATEST: dict[tuple[str, int], tuple[str, frozenset[str]]] = {}
"""(municipality, campaign) → data that were read, people who are meant by them: a city's ledger is not read anew for every page."""


def stopped_campaigns(hub: Hub, rows: Sequence[Row[Any]]) -> set[int]:
    """Ids of the rows whose campaign is stopped."""
    return {row.id for row, campaign in _with_campaigns(hub, rows) if campaign.state == "stopped"}


def is_stopped(hub: Hub, row: Row[Any]) -> bool:
    """Whether the campaign of one row was stopped by now; asked before every single call, so it asks one question."""
    return row.application is None and row.sort == "campaign" and bool(stopped_campaigns(hub, [row]))


def no_longer_meant(hub: Hub, rows: Sequence[Row[Any]]) -> set[int]:
    """Ids of the rows whose person the ledgers do not mean any more: a record came, an entry is gone (受診済・届出の取下げ)."""
    gone: set[int] = set()
    for row, campaign in _with_campaigns(hub, rows):
        if campaign.person not in _meant(hub, campaign):
            gone.add(row.id)
    return gone


def _with_campaigns(hub: Hub, rows: Sequence[Row[Any]]) -> list[tuple[Row[Any], Row[Any]]]:
    """Each row of a campaign with it and the person it is about."""
    subjects = {row.subject_key for row in rows if row.application is None}
    if not subjects:
        return []
    ours = (campaign_people.c.campaign == campaigns.c.id) & (campaigns.c.municipality == hub.code)
    columns = (campaigns.c.id, campaigns.c.kind, campaigns.c.day, campaigns.c.state)
    asked = select(*columns, campaign_people.c.subject_key, campaign_people.c.person).join(campaign_people, ours)
    mine = campaign_people.c.subject_key.in_(subjects) & (campaign_people.c.state == "owed")
    found = {(one.kind, one.subject_key): one for one in hub.journal.rows(asked.where(mine))}
    return [(row, found[row.kind, row.subject_key]) for row in rows if (row.kind, row.subject_key) in found]


def _meant(hub: Hub, campaign: Row[Any]) -> frozenset[str]:
    kind = hub.catalogue.notice_kinds[campaign.kind]
    if kind.audience.source == "list":
        return _people(hub, campaign.id)
    version = f"{hub.root.folder} {data_version(hub, kind)}"
    known = _LATEST.get((hub.code, campaign.id))
    if known is None or known[0] != version or not data_version(hub, kind):
        only = _people(hub, campaign.id)
        # Ages are those of the campaign's day: only what is on record may have changed since.
        choice = Choice(kind, date.fromisoformat(campaign.day), only=only)
        known = version, frozenset(one.person for one in candidates(hub, choice))
        _LATEST[hub.code, campaign.id] = known
    return known[1]


def _people(hub: Hub, campaign: int) -> frozenset[str]:
    chosen = (campaign_people.c.campaign == campaign) & (campaign_people.c.state != "left_out")
    return frozenset(row.person for row in hub.journal.rows(select(campaign_people.c.person).where(chosen)))
