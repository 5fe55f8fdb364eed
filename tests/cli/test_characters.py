"""``hub characters``: what an official must see to approve a substitution, and nothing more of a resident."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from pipeline.hub import open_hub
from pipeline.journal.delivery_tables import canonical, obligations
from pipeline.journal.intake_tables import applications
from pipeline.places import Root
from pipeline.records import canonical_row, load_tables
from tests.cli.messages import Hub
from tests.pipeline.days import NAHA, at
from vocabulary.clock import Clock

GROUP = "ninteiseikyu"


@pytest.mark.parametrize("text", ["葛\U000e0102", "U+845B U+E0102", "u+845b u+e0102"])
def test_a_character_is_shown_with_its_candidates_and_the_formats_that_take_them(hub: Hub, text: str) -> None:
    done = hub("characters", "candidates", text)
    assert done.exit_code == 0
    head, carried, refused, candidate = done.stdout.splitlines()
    assert "U+845B U+E0102" in head
    assert "MJ022335" in head
    assert "standard-csv" in carried
    assert "legacy-fixed" in refused
    assert candidate.strip().startswith("候補 葛")
    assert "legacy-fixed" in candidate


def test_several_candidates_are_all_shown_and_none_is_chosen(hub: Hub) -> None:
    said = hub("characters", "candidates", "㐀").stdout
    assert "候補 丘" in said
    assert "候補 坵" in said


def test_a_character_that_every_format_takes_has_nothing_to_approve(hub: Hub) -> None:
    assert "出力できない様式: なし" in hub("characters", "candidates", "那").stdout


@pytest.mark.parametrize("text", ["U+D800", "U+110000", "U+", "U+845B-E0102"])
def test_a_wrong_code_point_is_refused_with_the_notation(hub: Hub, text: str) -> None:
    done = hub("characters", "candidates", text)
    assert done.exit_code == 2
    assert "U+845B U+E0102" in done.stderr


def test_held_records_are_listed_by_character_with_nothing_else_of_the_value(hub: Hub, root: Path) -> None:
    assert "ありません" in hub("characters", "held", "--root", root).stdout
    for flow in ("refresh_links", "intake"):
        assert hub("run", flow, "--root", root).exit_code == 0
    receipt = hold_one(root)
    said = hub("characters", "held", "--root", root)
    assert said.exit_code == 0, said.stderr
    assert "jidoteate-host" in said.stdout
    assert "jidoteate-std" not in said.stdout
    assert receipt in said.stdout
    assert "U+20BB7" in said.stdout
    assert "吉 U+5409" in said.stdout
    assert "山川" not in said.stdout


def hold_one(root: Path) -> str:
    """A claim whose name the host cannot take, on its way out again."""
    with open_hub(Root(root), NAHA, Clock(at(10))) as opened:
        row = opened.journal.rows(select(applications).where(applications.c.procedure == "jidoteate-nintei"))[0]
        tables = load_tables(opened, [row.id])[row.id]
        tables[GROUP].columns["shimei"][0] = "山川　𠮷子"
        with opened.journal.write() as write:
            write.execute(canonical.delete().where(canonical.c.application == row.id))
            write.insert_many(canonical, [canonical_row(opened, row.id, "2024-10", tables)])
            hold = {"state": "held", "reason": "CHAR_UNMAPPABLE"}
            mine = (obligations.c.application == row.id) & (obligations.c.destination == "jidoteate-host")
            write.execute(update(obligations).where(mine).values(**hold))
            write.execute(update(applications).where(applications.c.id == row.id).values(disposition="held", reason="CHAR_UNMAPPABLE"))
            write.leaf("test_held_one")
        return str(row.receipt)
