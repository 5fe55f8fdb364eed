"""A section with narrow access works on its own cases like any other; what sets a case apart within it is a protected person."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline.act_cases import allowed
from pipeline.errors import ActRefused
from pipeline.journal.intake_tables import applications, persons
from pipeline.notices.outbox import is_withheld
from pipeline.section_folders import section_folder
from tests.pipeline.days import NAHA, at, hub_at

NARROW = ("boshi", "hitorioya")


def test_only_cases_that_name_a_protected_person_are_restricted(checked_root: Path) -> None:
    with hub_at(checked_root, at(10)) as hub:
        protected = select(persons.c.application).where(persons.c.protected)
        named = {row.application for row in hub.journal.rows(protected)}
        rows = hub.journal.rows(select(applications))
    assert {row.id for row in rows if row.restricted} == named
    assert {row.section for row in rows if not row.restricted} & set(NARROW)


def test_a_clerk_of_a_narrow_section_acts_on_its_cases_and_nobody_else_does(own: Callable[[Path], Path], checked_root: Path) -> None:
    with hub_at(own(checked_root), at(10)) as hub:
        narrow = applications.c.section.in_(NARROW) & ~applications.c.restricted
        row = hub.journal.rows(select(applications).where(narrow).limit(1))[0]
        assert allowed(hub, row, f"{row.section}-01").id == f"{row.section}-01"
        with pytest.raises(ActRefused):
            allowed(hub, row, "jidoteate-01")
        assert section_folder(hub, row) == hub.root.cases / NAHA / row.section
        with hub.journal.write() as write:
            known = select(persons.c.atena).where(persons.c.application == row.id, persons.c.atena.is_not(None))
            filer = write.read(known).scalars().first()
            assert filer is not None
            assert not is_withheld(hub, write, row.id, filer)
