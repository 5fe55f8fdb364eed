"""支援措置 that comes after a case was identified: the case, its papers and its notices follow the register."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.intake_tables import applications, persons
from sandbox.journals import read_journal
from sandbox.register_office import RESIDENT_COLUMNS
from tests.pipeline.days import NAHA, NEXT_DAY, at, outside, rows, run
from tests.pipeline.register import Person, write_file

Own = Callable[[Path], Path]
CLAIMS = (applications.c.procedure == "jidoteate-nintei") & (applications.c.restricted.is_(False))


def protect(root: Path, application: int) -> None:
    """The register office's delta of the next morning: the claimant is protected."""
    (claimant,) = rows(root, select(persons).where(persons.c.application == application, persons.c.role == "claimant"))
    path = root / "sandbox/register/residents_delta_202611250600.csv"
    write_file(path, RESIDENT_COLUMNS, [Person(claimant.atena, "港町 花子", "ミナトマチ ハナコ", "1990-01-01", protected=True).row()])
    run(root, ("refresh_links",), at(7, day=NEXT_DAY))


def case_of(root: Path, application: int) -> tuple[str, str, str | None, bool]:
    (row,) = rows(root, select(applications).where(applications.c.id == application))
    return row.stage, row.disposition, row.reason, row.restricted


def test_a_case_that_is_not_released_is_held_for_those_who_are_entitled(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    first, neighbour, *_ = rows(root, select(applications).where(CLAIMS, applications.c.stage == "checked").order_by(applications.c.id))
    protect(root, first.id)
    assert case_of(root, neighbour.id) == ("checked", "open", None, False)
    run(root, ("identify", "map", "check", "release"), at(8, day=NEXT_DAY))
    assert case_of(root, first.id) == ("verified", "held", "PROTECTED_PERSON", True)
    assert case_of(root, neighbour.id)[0] == "released"


def test_a_delivered_case_leaves_the_open_folder_and_its_notice_is_left_to_a_person(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    with outside(root, at(20)):
        run(root, ("cases", "answers", "notices"), at(20))
    noticed = select(notice_outbox.c.application).where(notice_outbox.c.state == "owed")
    first, *_ = rows(root, select(applications).where(CLAIMS, applications.c.id.in_(noticed)).order_by(applications.c.id))
    cases = root / "cases" / NAHA
    assert (cases / "jidoteate" / first.receipt).is_dir()
    protect(root, first.id)
    run(root, ("cases",), at(8, day=NEXT_DAY))
    assert case_of(root, first.id) == ("delivered", "delivered", None, True)
    assert not (cases / "jidoteate" / first.receipt).exists()
    assert (cases / "jidoteate-restricted" / first.receipt).is_dir()
    with outside(root, at(10, day=NEXT_DAY)):
        run(root, ("notices",), at(10, day=NEXT_DAY))
    (notice,) = rows(root, select(notice_outbox).where(notice_outbox.c.application == first.id))
    effects = read_journal(root / "sandbox/journals/effects.jsonl")
    assert notice.state == "given_up"
    assert notice.reference not in [entry["key"] for entry in effects if entry["effect"] == "notice"]
