"""Every command explains itself with an example, and unknown ones are answered with the nearest name."""

import pytest

from pipeline.cli.group import _COMMANDS
from tests.cli.messages import Hub, one_line


@pytest.mark.parametrize("command", [(name,) for name in _COMMANDS if name != "export"] + [("export",), ("export", "log")])
def test_help_of_every_command_holds_an_example(hub: Hub, command: tuple[str, ...]) -> None:
    shown = hub(*command, "--help")
    assert shown.exit_code == 0
    assert f"Example: hub {' '.join(command)}" in " ".join(shown.output.split())


def test_help_of_the_group_lists_every_command(hub: Hub) -> None:
    shown = hub("--help").output
    assert all(f"\n  {name} " in shown for name in _COMMANDS)


def test_unknown_command_names_the_nearest_one(hub: Hub) -> None:
    assert "did you mean inspect?" in one_line(hub("inspekt"))
    assert "commands are demo" in one_line(hub("xyz"))


def test_unknown_flow_names_the_known_ones(hub: Hub) -> None:
    assert "'intake'" in one_line(hub("run", "intak"))
