"""Who is not told (除外): asked when a campaign is planned, and again for every notice at the moment of sending.

Sources: the register (死亡・転出・支援措置), cases that name a protected person, the stop list (流産・死産・措置・受診済・希望), and for
campaigns the ledgers from which people were chosen. Which of them a kind asks stands in its ``notice.yaml``; some are always asked.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, select

from mappings.audience import ALWAYS
from pipeline.campaigns.people import birth_of
from pipeline.corrections.telling import outdated
from pipeline.hub import Hub
from pipeline.journal.campaign_tables import campaign_people, campaigns
from pipeline.journal.intake_tables import applications, persons
from pipeline.journal.register_tables import residents
from pipeline.notices.campaign_checks import no_longer_meant, stopped_campaigns
from pipeline.notices.results import superseded
from pipeline.notices.stop_list import Stop, stops_of
from pipeline.payments.notices import reasons_of_claims
from pipeline.residents import by_households

PROTECTED = "PROTECTED_PERSON"
"""Code of a notice that was given up because its case or addressee came under 支援措置."""
STOPPED = "CAMPAIGN_STOPPED"
"""Code of a notice whose campaign was stopped; it goes out when the campaign is resumed."""
NOT_MEANT = "NO_LONGER_MEANT"
OF_CASES = ("protection", "death", "stop-list")
"""What is asked of a notice about a case: results reach people wherever they moved to."""
MOVED, DEAD = "3", "4"
INFANT = timedelta(days=365)

Reasons = dict[int, str]


@dataclass(frozen=True, slots=True)
class Concerned:
    """A notice and its people. person: whom it is about; addressee: who is told. checks: ids of what is asked."""

    id: int
    kind: str
    person: str = field(repr=False)
    addressee: str = field(repr=False)
    application: int | None
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the people of a page. named: in a restricted case; guarded: households with somebody under 支援措置.

    bereaved: households of a child that died in its first year.
    """

    people: Mapping[str, Row[Any]]
    guarded: frozenset[str]
    bereaved: frozenset[str]
    named: frozenset[str]
    restricted: frozenset[int]
    stops: Mapping[str, Sequence[Stop]]

    def both(self, one: Concerned) -> list[Row[Any]]:
        """Person and addressee as the register has them."""
        return [self.people[atena] for atena in (one.person, one.addressee) if atena in self.people]


Check = Callable[[Hub, Known, Concerned], str | None]
"""Gives the code of an exclusion that holds."""


def protection(_hub: Hub, known: Known, one: Concerned) -> str | None:
    """支援措置: of the person, the addressee or, for campaigns, of anybody in the household or in a case that names them."""
    if one.application in known.restricted or any(row.protected for row in known.both(one)):
        return PROTECTED
    if one.application is not None:
        return None
    households = {row.household for row in known.both(one)}
    return PROTECTED if {one.person, one.addressee} & known.named or households & known.guarded else None


def death(_hub: Hub, known: Known, one: Concerned) -> str | None:
    """死亡: the register says so, or the section has heard it earlier."""
    dead = any(row.kind == DEAD for row in known.both(one))
    return "DECEASED_PERSON" if dead else _said(known, one, "death")


def moved(_hub: Hub, known: Known, one: Concerned) -> str | None:
    """転出."""
    return "MOVED_AWAY" if any(row.kind == MOVED for row in known.both(one)) else None


def stillbirth(_hub: Hub, known: Known, one: Concerned) -> str | None:
    """流産・死産: the section said so, or a child of the household died in its first year."""
    if code := _said(known, one, "stillbirth"):
        return code
    return "PREGNANCY_LOSS" if known.bereaved & {row.household for row in known.both(one)} else None


def care(_hub: Hub, known: Known, one: Concerned) -> str | None:
    """措置: the child is in care, as the section said."""
    return _said(known, one, "care")


def attended(_hub: Hub, known: Known, one: Concerned) -> str | None:
    """受診済: the section said so; what ledgers say is asked by ``no_longer_meant``."""
    return _said(known, one, "attended")


def stop_listed(_hub: Hub, known: Known, one: Concerned) -> str | None:
    """送付停止: whatever the reason."""
    return _said(known, one, "")


def _said(known: Known, one: Concerned, category: str) -> str | None:
    entries = [entry for atena in (one.person, one.addressee) for entry in known.stops.get(atena, ()) if entry.stops(one.kind)]
    return next((entry.code for entry in entries if category in ("", entry.category)), None)


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "protection": protection,
        "death": death,
        "stillbirth": stillbirth,
        "care": care,
        "attended": attended,
        "moved": moved,
        "stop-list": stop_listed,
    }
)
"""Every exclusion by its id in ``notice.yaml``; the first that holds gives the code."""


def reasons_for(hub: Hub, concerned: Sequence[Concerned]) -> Reasons:
    """Id → code of those who are left out."""
    known = _known(hub, concerned)
    found: Reasons = {}
    for one in concerned:
        codes = (check(hub, known, one) for name, check in CHECKS.items() if name in one.checks)
        if code := next((code for code in codes if code), None):
            found[one.id] = code
    return found


def _known(hub: Hub, concerned: Sequence[Concerned]) -> Known:
    atenas = {atena for one in concerned for atena in (one.person, one.addressee) if atena}
    table = residents.c
    mine = table.municipality == hub.code
    columns = select(table.atena, table.kind, table.protected, table.household)
    people = {row.atena: row for row in hub.journal.rows(columns.where(mine, table.atena.in_(atenas)))}
    households = {row.household for row in people.values()}
    guarded = hub.journal.rows(select(table.household).where(mine, table.household.in_(households), table.protected))
    in_case = (persons.c.application == applications.c.id) & applications.c.restricted & (applications.c.municipality == hub.code)
    named = hub.journal.rows(select(persons.c.atena).join(applications, in_case).where(persons.c.atena.in_(atenas)))
    cases = {one.application for one in concerned if one.application is not None}
    restricted = hub.journal.rows(select(applications.c.id).where(applications.c.id.in_(cases), applications.c.restricted))
    return Known(
        people=people,
        guarded=frozenset(row.household for row in guarded),
        bereaved=_bereaved(hub, households),
        named=frozenset(row.atena for row in named),
        restricted=frozenset(row.id for row in restricted),
        stops=stops_of(hub, atenas),
    )


def _bereaved(hub: Hub, households: Collection[str]) -> frozenset[str]:
    of_dead = (residents.c.municipality == hub.code) & residents.c.household.in_(households) & (residents.c.kind == DEAD)
    homes = by_households(hub, {row.household for row in hub.journal.rows(select(residents.c.household).where(of_dead))})
    since = hub.clock.today() - INFANT
    dead = [(home, birth_of(one)) for home, everybody in homes.items() for one in everybody if one.kind == DEAD]
    return frozenset(home for home, born in dead if born is not None and born > since)


def checks_of(hub: Hub, kind: str) -> tuple[str, ...]:
    """What is asked of the notices of a kind."""
    declared = hub.catalogue.notice_kinds.get(kind)
    return tuple(dict.fromkeys((*ALWAYS, *declared.audience.exclude))) if declared else OF_CASES


def reasons_not_to_send(hub: Hub, rows: Sequence[Row[Any]]) -> Reasons:
    """Id → code of the rows of a page of the outbox that may not go out any more; asked right before their calls."""
    of_campaign = _people_of(hub, {row.subject_key for row in rows if row.application is None})
    concerned = []
    for row in rows:
        person = of_campaign.get((row.kind, row.subject_key), row.atena)
        concerned.append(Concerned(row.id, row.kind, person, row.atena, row.application, checks_of(hub, row.kind)))
    stopped = stopped_campaigns(hub, rows)
    gone = no_longer_meant(hub, [row for row in rows if (row.kind, row.subject_key) in of_campaign])
    campaign = {row.id: STOPPED for row in rows if row.id in stopped} | dict.fromkeys(gone, NOT_MEANT)
    over = outdated(hub, rows) | superseded(hub, rows) | reasons_of_claims(hub, rows)
    return campaign | over | reasons_for(hub, concerned)


def _people_of(hub: Hub, subjects: Collection[str]) -> dict[tuple[str, str], str]:
    joined = select(campaigns.c.kind, campaign_people.c.subject_key, campaign_people.c.person)
    mine = (campaign_people.c.campaign == campaigns.c.id) & (campaigns.c.municipality == hub.code)
    found = joined.join(campaigns, mine).where(campaign_people.c.subject_key.in_(subjects), campaign_people.c.state == "owed")
    return {(row.kind, row.subject_key): row.person for row in hub.journal.rows(found)}
