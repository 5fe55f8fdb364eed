"""Mapping in batches (一括変換): one application that spoils its batch is held alone."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from mappings.additional import map_applications
from mappings.engine import Mapped, Source
from pipeline.journal.intake_tables import applications, step_results
from pipeline.steps import map_records
from tests.pipeline.days import DAY, NEXT_DAY, at, hub_at, rows, run


def test_an_application_that_spoils_its_batch_is_held_alone_and_tried_once_a_day_since_the_day_on_which_it_stopped(
    own: Callable[[Path], Path], checked_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = own(checked_root)
    claims = (applications.c.procedure == "jidoteate-nintei") & (applications.c.stage == "checked")
    victim, *others = rows(root, select(applications).where(claims).order_by(applications.c.id))
    with hub_at(root, at(10)) as hub, hub.journal.write() as write:
        write.execute(update(applications).where(claims).values(stage="identified"))
        write.execute(step_results.delete().where(step_results.c.step == "map"))
        write.leaf("set_back")

    def spoiled(procedure: Any, mapping: Any, sources: Sequence[Source], **how: Any) -> Mapped:
        if victim.id in {source.application for source in sources}:
            raise ValueError("SECRET")
        return map_applications(procedure, mapping, sources, **how)

    monkeypatch.setattr(map_records, "map_applications", spoiled)
    run(root, ("map",), at(10))
    stands = {row.id: (row.stage, row.disposition, row.reason) for row in rows(root, select(applications))}
    assert stands[victim.id] == ("identified", "held", "STEP_FAILED")
    assert {stands[row.id] for row in others} == {("mapped", "open", None)}
    for hour in (9, 10):
        run(root, ("map",), at(hour, day=NEXT_DAY))
    tried = rows(root, select(step_results.c.at).where(step_results.c.application == victim.id, step_results.c.step == "map"))
    assert sorted(row.at[:10] for row in tried) == [str(DAY), str(NEXT_DAY)]
    (now,) = rows(root, select(applications).where(applications.c.id == victim.id))
    assert (now.reason, now.disposed_on) == ("STEP_FAILED", str(DAY))
