"""The address on the 審査票: one 番地号 with another 方書 is no different home, and what is not settled stays 不一致."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from pipeline import case_sheets
from pipeline.case_sheets import sheet_of
from pipeline.hub import Hub
from pipeline.journal.intake_tables import applications
from pipeline.packages import package_of
from pipeline.printing.case_sheet import Agreement
from pipeline.residents import Resident, by_atena
from tests.pipeline.days import at, hub_at

REGISTERS = {
    "another room": ({"building": "別棟９９９号"}, Agreement.BUILDING),
    "another lot": ({"address": "那覇市泉崎九丁目９９番９９号"}, Agreement.DIFFERENT),
    "nothing settled": ({"address": "泉崎９－９９－９９"}, Agreement.DIFFERENT),
}


@pytest.mark.parametrize(("registered", "agreement"), REGISTERS.values(), ids=REGISTERS)
def test_the_sheet_tells_another_room_from_another_home(
    checked_root: Path, monkeypatch: pytest.MonkeyPatch, registered: dict[str, str], agreement: Agreement
) -> None:
    def changed(hub: Hub, atena: str) -> Resident | None:
        known = by_atena(hub, atena)
        return replace(known, **registered) if known else None  # type: ignore[arg-type]  # texts of a resident

    monkeypatch.setattr(case_sheets, "by_atena", changed)
    with hub_at(checked_root, at(12)) as hub:
        at_the_desk = select(applications).where(applications.c.procedure == "jidoteate-nintei", applications.c.stage == "checked")
        row = hub.journal.rows(at_the_desk.order_by(applications.c.id))[0]
        sheet = sheet_of(hub, row, package_of(hub, row))
    claimant = next(one for one in sheet.comparisons if one.item == "住所")
    assert claimant.agreement is agreement
