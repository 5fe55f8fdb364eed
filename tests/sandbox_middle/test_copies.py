"""Copies at the intermediate server: by file, record by record, under numbers that only the gateway can tell apart."""

import base64
import os
import re
import signal
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sandbox import process
from sandbox.middle.kinds import read_kinds
from tests.sandbox_middle.conftest import HEADER, KIND, NEWCOMER, NIGHT, OTHER, PROTECTED, RESIDENT, Middle

Row = Sequence[str]


def row(
    record: str, operation: str = "1", person: str = RESIDENT, *, bango: str = "A1", jiyu: str = "転入", day: str = "2026-11-01",
    gaku: str = "10000",
) -> Row:  # fmt: skip
    return (record, operation, person, bango, jiyu, day, gaku)


def values_of(middle: Middle, bango: str) -> list[dict[str, str]]:
    return [copy["values"] for copy in middle.running.control.copies("teate") if copy["values"]["bango"] == bango]


def test_a_record_is_registered_changed_and_deleted(middle: Middle) -> None:
    for request_id, operation, gaku in (("C1", "1", "10000"), ("C2", "2", "15000")):
        assert middle.send(request_id, [row("1", operation, bango="C", gaku=gaku)]) == (200, {"accepted": True})
        assert middle.codes(request_id) == ["OK"]
        assert values_of(middle, "C") == [{"bango": "C", "jiyu": "転入", "hi": "2026-11-01", "gaku": gaku}]
    middle.send("C3", [row("1", "3", bango="C", jiyu="", day="", gaku="")])
    assert middle.codes("C3") == ["OK"]
    assert values_of(middle, "C") == []
    assert [key for key in middle.effects("copy_registered", "copy_changed", "copy_deleted") if key[0] == "C"] == ["C1/1", "C2/1", "C3/1"]


def test_each_record_of_a_file_has_its_own_result_and_good_ones_go_on(middle: Middle) -> None:
    rows = [
        row("1", bango="E"), row("2", bango="E"), row("3", "2", bango="X"), row("4", "3", bango="X"), row("5", person=NEWCOMER),
        row("6", bango="E2", day="2026-02-30"), row("7", bango="E3", gaku=""), row("8", bango="E4", jiyu="一二三四五六"),
        row("9", bango="Ａ１"), row("10", "4"), row("10", bango="E5"), row("11", person="12345"), row("12", bango="E6", day="0000-01-01"),
    ]  # fmt: skip
    assert middle.send("E", rows)[0] == 200
    answer = [*middle.codes("E")]
    assert answer == [
        "OK", "ALREADY_EXISTS", "NOT_FOUND", "NOT_FOUND", "CODE_NOT_OBTAINED", "ITEM_INVALID:hi", "ITEM_INVALID:gaku", "ITEM_INVALID:jiyu",
        "ITEM_INVALID:bango", "ITEM_INVALID:operation", "ITEM_INVALID:recordid", "OK", "ITEM_INVALID:atenabango",
    ]  # fmt: skip
    results = middle.ask("dbm/20314", requestId="E")[1]["rows"]
    assert [one["result"] for one in results] == ["OK" if code == "OK" else "NG" for code in answer]
    assert results[-1]["recordId"] == "11"
    assert len(values_of(middle, "E")) == 1


def test_a_code_that_was_not_there_is_there_the_next_night(middle: Middle) -> None:
    middle.send("N1", [row("1", person=NEWCOMER, bango="N")])
    assert middle.codes("N1") == ["CODE_NOT_OBTAINED"]
    middle.running.control.set_clock(NIGHT + timedelta(days=1))
    middle.send("N2", [row("1", person=NEWCOMER, bango="N")])
    assert middle.codes("N2") == ["OK"]


def test_somebody_the_server_never_met_waits_for_a_code(middle: Middle) -> None:
    middle.send("M1", [row("1", person="000000000000991", bango="M")])
    middle.running.control.withhold_codes([OTHER], NIGHT + timedelta(hours=1))
    middle.send("M2", [row("1", person=OTHER, bango="M")])
    assert middle.codes("M1") + middle.codes("M2") == ["CODE_NOT_OBTAINED"] * 2
    middle.running.control.set_clock(NIGHT + timedelta(hours=1))
    middle.send("M3", [row("1", person=OTHER, bango="M")])
    assert middle.codes("M3") == ["OK"]


def test_the_same_part_again_has_no_second_effect_and_other_content_is_a_conflict(middle: Middle) -> None:
    first = {"part": 1, "parts": 2}
    assert middle.send("P", [row("1", bango="P1")], **first)[0] == 200
    assert middle.ask("dbm/20314", requestId="P")[1] == {"requestId": "P", "state": "incomplete"}
    assert middle.send("P", [row("1", bango="P1")], **first)[0] == 200
    assert middle.send("P", [row("1", bango="P9")], **first)[0] == 409
    assert middle.send("P", [row("2", bango="P2")], part=2, parts=3)[0] == 409
    assert middle.send("P", [row("2", bango="P2")], part=2, parts=2)[0] == 200
    assert middle.codes("P") == ["OK", "OK"]
    assert middle.send("P", [row("1", bango="P1")], **first)[0] == 200
    assert middle.codes("P") == ["OK", "OK"]
    assert [key for key in middle.effects("copy_registered") if key.startswith("P/")] == ["P/1", "P/2"]


def test_a_result_is_there_at_the_second_question(middle: Middle) -> None:
    middle.send("Q", [row("1", bango="Q")])
    states = [middle.ask("dbm/20314", requestId=name)[1]["state"] for name in ("Q", "Q", "nobody")]
    assert states == ["processing", "done", "unknown"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"municipality": "131016"}, "MUNICIPALITY"),
        ({"kind": "zei"}, "KIND"),
        ({"part": 2}, "PART"),
        ({"sha256": "0" * 64}, "DIGEST"),
        ({"content": "?"}, "BASE64"),
        ({"layout": ""}, "BODY"),
        ({"header": [*HEADER[:-1], "kingaku"]}, "HEADER"),
    ],
)
def test_a_file_that_breaks_the_agreement_is_not_taken(middle: Middle, more: dict[str, str], code: str) -> None:
    status, answer = middle.send("F", [row("1")], **more)
    assert (status, answer["code"]) == (400, code)


def test_a_layout_is_valid_between_its_days_only(middle: Middle) -> None:
    new = {"header": [*HEADER, "ninzu"], "layout": "2027-06"}
    middle.send("L1", [(*row("1", bango="L"), "2")], **new)
    middle.send("L2", [row("1", bango="L")])
    middle.send("L3", [row("1", bango="L")], layout="2025-06", header=[*HEADER])
    assert middle.codes("L1") + middle.codes("L2") + middle.codes("L3") == ["LAYOUT_INVALID", "OK", "LAYOUT_INVALID"]
    middle.running.control.set_clock(datetime(2027, 6, 1, 22, tzinfo=NIGHT.tzinfo))
    middle.send("L4", [row("1", "2", bango="L")])
    middle.send("L5", [(*row("1", "2", bango="L"), "2")], **new)
    assert middle.codes("L4") + middle.codes("L5") == ["LAYOUT_INVALID", "OK"]
    assert [copy["layout"] for copy in middle.running.control.copies("teate") if copy["values"]["bango"] == "L"] == ["2027-06"]


def test_masters_tell_of_layouts_that_are_in_force_or_to_come(middle: Middle) -> None:
    both = middle.ask("scm/30112", since="2026-11-24")[1]
    assert both["version"] == 2
    assert [layout["validFrom"] for layout in both["layouts"]] == ["2026-06-01", "2027-06-01"]
    assert [layout["version"] for layout in middle.ask("scm/30112", since="2027-06-01")[1]["layouts"]] == ["2027-06"]


def test_all_copies_are_listed_page_by_page_under_the_residents_numbers(middle: Middle) -> None:
    rows = [row(str(place), person=PROTECTED, bango=f"{place:04}") for place in range(600)]
    middle.send("G", rows)
    assert set(middle.codes("G")) == {"OK"}
    first, second = (middle.ask("dbm/30312", kind="teate", page=page)[1] for page in (1, 2))
    assert len(first["items"]) == 500
    assert first["total"] == len(first["items"]) + len(second["items"])
    mine = [item for item in (*first["items"], *second["items"]) if item["atenabango"] == PROTECTED]
    assert {item["values"]["bango"] for item in mine} == {f"{place:04}" for place in range(600)}
    assert mine[0]["updatedAt"] == NIGHT.isoformat()
    assert middle.ask("dbm/30312", kind="teate", page=0)[0] == 400


def test_the_server_never_holds_a_residents_number_and_the_journals_no_value(middle: Middle) -> None:
    middle.send("S", [row("1", bango="S", jiyu="離婚による"), row("2", person="９９", bango="S")])
    assert "OK" in middle.codes("S")
    middle.ask("dbm/90123", requestId="S", atenabango=[RESIDENT])
    kept = b"".join(file.read_bytes() for file in (middle.root / "sandbox" / "middle").glob("server.db*"))
    assert "離婚による".encode() in kept
    assert RESIDENT.encode() not in kept
    assert all(str(number).encode() not in kept for number in (OTHER, PROTECTED, NEWCOMER))
    for file in (middle.root / "sandbox" / "journals").iterdir():
        assert not re.search(rb"0000000000000\d\d|\xe9\x9b\xa2\xe5\xa9\x9a", file.read_bytes())


def test_planted_copies_stand_there_past_all_checks(middle: Middle) -> None:
    control = middle.running.control
    cells = {"bango": "Z", "jiyu": "", "hi": "1999-01-01", "gaku": "1"}
    control.plant_copy("teate", OTHER, cells, layout="2025-06", updated_at=NIGHT - timedelta(days=400))
    assert values_of(middle, "Z") == [cells]
    control.plant_copy("teate", OTHER, None, layout="", updated_at=NIGHT)
    assert values_of(middle, "Z") == []


def test_nothing_that_was_acknowledged_is_lost_when_the_server_is_killed(start: Callable[..., Middle]) -> None:
    middle = start()
    middle.send("K1", [row("1", bango="K1")])
    assert middle.codes("K1") == ["OK"]
    middle.send("K2", [row("1", bango="K2")], part=1, parts=2)
    os.kill(middle.running.pid, signal.SIGKILL)
    process._children.pop(middle.running.pid).wait()
    effects = middle.root / "sandbox" / "journals" / "effects.jsonl"
    effects.write_bytes(effects.read_bytes()[:-30])
    again = Middle(process.start(middle.root, now=NIGHT, script="quiet"))
    assert again.send("K2", [row("1", bango="K2")], part=1, parts=2)[0] == 200
    assert again.send("K2", [row("2", bango="K3")], part=2, parts=2)[0] == 200
    assert again.codes("K2") == ["OK", "OK"]
    assert sorted(copy["values"]["bango"] for copy in again.running.control.copies("teate")) == ["K1", "K2", "K3"]
    assert again.effects("copy_registered", "part_received") == ["K1/1", "K1/1", "K2/1", "K2/2", "K2/1", "K2/2"]


def test_without_a_town_everybody_has_a_code(start: Callable[..., Middle]) -> None:
    middle = start(people={})
    middle.send("T", [row("1", person="000000000000991")])
    assert middle.codes("T") == ["OK"]
    assert middle.ask("tkm/40113", requestId="T", **{"from": "2026-11-01", "until": "2026-11-24"})[0] == 200
    middle.running.control.settle("middle")
    (file,) = middle.ask("tkm/40124", requestId="T")[1]["files"]
    assert base64.b64decode(file["content"]).count(b"\r\n") == 1


def test_the_declared_kinds_can_be_served(tmp_path: Path) -> None:
    kinds = read_kinds(tmp_path)
    assert {"jidoteate-jukyu", "hoiku-nintei-joho", "jifuyo-jukyu", "boshi-ninpu", "yobosesshu"} <= set(kinds)
    for kind in kinds.values():
        assert len(kind.layouts) >= 2
        assert any(item.label for item in kind.items.values())
        assert all(set(kind.key) <= set(layout.items) <= set(kind.items) for layout in kind.layouts.values())
    (tmp_path / "sandbox" / "middle" / "kinds").mkdir(parents=True)
    (tmp_path / "sandbox" / "middle" / "kinds" / "own.yaml").write_text(KIND)
    assert set(read_kinds(tmp_path)) == {"teate"}
