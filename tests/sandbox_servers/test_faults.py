"""Fault scripts are data that is checked when it is read."""

from pathlib import Path

import pytest

from sandbox import faults
from sandbox.faults import Fault, FaultDesk, Script, load_script

NAMES = sorted(file.stem for file in faults.FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_script_can_be_played(name: str) -> None:
    script = load_script(name)
    assert script.title
    assert bool(script.faults) == (name != "quiet")


def test_every_act_is_played_by_some_script() -> None:
    played = {fault.act for name in NAMES for fault in load_script(name).faults}
    known = {act for operations in faults.OPERATIONS.values() for acts in operations.values() for act in acts}
    assert played == known


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{system: portal, operation: list, nth: [1], act: explode}", "portal.list cannot play explode; allowed: cut_before"),
        ("{system: portal, operation: fetch, nth: [1], act: shift}", "portal.fetch cannot play shift"),
        ("{system: mail, operation: send, nth: [1], act: drip}", "mail.send cannot play drip; allowed: nothing"),
        ("{system: portal, operation: list, nth: 1, act: drip}", "nth of portal.list must be a list"),
    ],
)
def test_a_script_that_nobody_can_play_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, problem: str) -> None:
    (tmp_path / "wrong.yaml").write_text(f"title: x\nfaults:\n  - {entry}\n")
    monkeypatch.setattr(faults, "FOLDER", tmp_path)
    with pytest.raises((ValueError, TypeError), match=problem):
        load_script("wrong")


def test_calls_are_counted_for_each_operation_and_anew_when_armed() -> None:
    script = Script("x", "x", (Fault("portal", "list", "drip", frozenset({2})), Fault("osr", "send", "cut_before")))
    desk = FaultDesk(script)
    acts = [fault.act if fault else None for fault in (desk.take("portal", "list") for _ in range(3))]
    assert acts == [None, "drip", None]
    assert all(desk.take("osr", "send") for _ in range(3))
    desk.arm(script)
    assert desk.take("portal", "list") is None
    assert desk.take("portal", "list") is not None


def test_a_restart_goes_on_counting() -> None:
    script = Script("x", "x", (Fault("portal", "list", "drip", frozenset({2})),))
    desk = FaultDesk(script, [{"system": "portal", "operation": "list"}])
    assert desk.take("portal", "list") is not None
