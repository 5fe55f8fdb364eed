"""Claims that resemble each other, made of the small town's own, and files of what lies elsewhere."""


from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from connectors.profile import read_profile
from pipeline.hub import Hub
from pipeline.journal.intake_tables import applications, persons
from pipeline.journal.register_tables import residents
from sandbox.ledgers import write_extract
from tests.pipeline.days import NAHA

NINTEI = "jidoteate-nintei"
CLERK = {"actor": "jidoteate-01", "reason": "本人に電話で確かめた"}
BOOK = ("団体コード", "受付番号", "収受日", "手続", "経路", "届出者宛名番号", "児童宛名番号")
LINE = (NAHA, "窓口第1号", "2026-11-24", "PT27001", "1", "0" * 15, "")
CASE_COLUMNS = tuple(read_profile("elsewhere")["cases"]["columns"])


def two_claims(hub: Hub) -> list[Any]:
    """Two claims of different families without a paper of either, the earlier first."""
    wanted = (applications.c.procedure == NINTEI) & (applications.c.stage == "mapped")
    found = hub.journal.rows(select(applications).where(wanted).order_by(applications.c.arrived_at, applications.c.id))
    return found[-2:]


def set_people(hub: Hub, application: int, role: str, atena: str) -> None:
    """Name another person in a role."""
    with hub.journal.write() as write:
        write.execute(update(persons).where(persons.c.application == application, persons.c.role == role).values(atena=atena))
        write.leaf("test_people_named")


def change(hub: Hub, application: int, **values: Any) -> None:
    """Write other values into the journal."""
    with hub.journal.write() as write:
        write.execute(update(applications).where(applications.c.id == application).values(**values))
        write.leaf("test_application_changed")


def atena_of(hub: Hub, application: int, role: str) -> str:
    """Of the first person of a role."""
    own = (persons.c.application == application) & (persons.c.role == role)
    return str(hub.journal.scalar(select(persons.c.atena).where(own).order_by(persons.c.ordinal)))


def row_of(hub: Hub, application: int) -> Any:
    """The application as it stands now."""
    return hub.journal.rows(select(applications).where(applications.c.id == application))[0]


def same_child(hub: Hub) -> tuple[Any, Any]:
    """Two claims of two people for one child."""
    first, second = two_claims(hub)
    child = atena_of(hub, first.id, "child")
    ordinal = (persons.c.application == second.id) & (persons.c.role == "child") & (persons.c.ordinal == 1)
    with hub.journal.write() as write:
        write.execute(update(persons).where(ordinal).values(atena=child))
        write.leaf("test_people_named")
    return first, second


def repeated(hub: Hub) -> tuple[Any, Any]:
    """Two claims of the same people, procedure and period."""
    first, second = two_claims(hub)
    change(hub, second.id, repeat_key=first.repeat_key)
    return first, second


def neighbours(hub: Hub) -> list[str]:
    """Two people of one household who take part in nothing yet."""
    named = select(persons.c.atena).where(persons.c.atena.is_not(None))
    free = residents.c.atena.not_in(named) & (residents.c.household != "")
    homes = select(residents.c.household).where(free).group_by(residents.c.household).having(func.count() > 1)
    home = hub.journal.scalar(homes.order_by(residents.c.household))
    return [str(row.atena) for row in hub.journal.rows(select(residents.c.atena).where(free, residents.c.household == home))][:2]


def write_book(root: Path, lines: list[tuple[str, ...]], *, stamp: str = "202611240700") -> Path:
    """A counter's book as of a minute."""
    return write_extract(root / "sandbox" / "counter", f"{NAHA}_counter-book_full_{stamp}.csv", BOOK, lines)


def last_checked(hub: Hub) -> Any:
    """The claim that came last of those that are checked."""
    wanted = (applications.c.procedure == NINTEI) & (applications.c.stage == "checked")
    return hub.journal.rows(select(applications).where(wanted).order_by(applications.c.arrived_at.desc()))[0]
