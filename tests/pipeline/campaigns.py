"""A town whose register, expected filings and ledgers were read, and campaigns in it, for tests."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update

from pipeline.campaigns.approval import approve
from pipeline.campaigns.planning import enter_plan, make_plan
from pipeline.hub import Hub
from pipeline.journal.campaign_tables import campaign_people, campaigns
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.register_tables import residents
from sandbox.connection_files import write_connections
from tests.pipeline.days import DAY, NAHA, at, copied, run

KIND = "nyuyoji-kenshin"
CLERK, CHIEF = "boshi-01", "boshi-kakaricho"


def informed(made_root: Path, folder: Path) -> Path:
    """The town after its evening: everything that audiences are read from is there."""
    root = copied(made_root, folder / "root")
    write_connections(root, client_id=NAHA, portal=1, osr=1, sftp=1, host_key="ssh-ed25519 AAAA")
    run(root, ("refresh_links", "expected_filings"), at(9))
    run(root, ("ledgers",), at(22))
    return root


def approved(hub: Hub, kind: str = KIND, *, first: int = 1000, pause: int = 24) -> int:
    """A campaign that a clerk planned and the chief approved. first, pause: its first wave."""
    key = enter_plan(hub, make_plan(hub, kind, DAY), actor=CLERK, reason="試験")
    with hub.journal.write() as write:
        write.execute(update(campaigns).where(campaigns.c.id == key).values(first_wave=first, pause_hours=pause))
        write.leaf("campaign_changed_by_test")
    approve(hub, key, number="地保第12号", actor=CHIEF)
    return key


def people_of(hub: Hub, key: int) -> dict[str, tuple[str, str | None]]:
    """State and code of each person of a campaign, by 宛名番号."""
    found = hub.journal.rows(select(campaign_people).where(campaign_people.c.campaign == key).order_by(campaign_people.c.place))
    return {row.person: (row.state, row.code) for row in found}


def state_of(hub: Hub, key: int) -> str:
    """The state of a campaign."""
    return str(hub.journal.scalar(select(campaigns.c.state).where(campaigns.c.id == key)))


def notices(hub: Hub, kind: str = KIND) -> dict[str, tuple[str, str | None]]:
    """State and code of each notice of a kind, by subject."""
    found = hub.journal.rows(select(notice_outbox).where(notice_outbox.c.kind == kind, notice_outbox.c.channel == "portal"))
    return {row.subject_key: (row.state, row.code) for row in found}


def change_resident(hub: Hub, atena: str, **values: object) -> None:
    """The register office said something new."""
    with hub.journal.write() as write:
        write.execute(update(residents).where(residents.c.atena == atena).values(**values))
        write.leaf("register_changed_by_test")


def rows_of(hub: Hub, key: int) -> list[tuple[str, str]]:
    """Person and addressee of everybody a campaign chose."""
    chosen = (campaign_people.c.campaign == key) & (campaign_people.c.state != "left_out")
    found = hub.journal.rows(select(campaign_people.c.person, campaign_people.c.addressee).where(chosen).order_by(campaign_people.c.place))
    return [(row.person, row.addressee) for row in found]


MORNING: datetime = at(10)
