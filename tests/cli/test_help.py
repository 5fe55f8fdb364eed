"""Every command explains itself with an example, and unknown ones are answered with the nearest name."""

import pytest

from pipeline.cli.group import _COMMANDS, INTERRUPTED, errors_as_messages
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


def test_wrong_option_of_the_group_is_one_line(hub: Hub) -> None:
    assert "No such option '--bogus'" in one_line(hub("--bogus"))


def test_group_without_arguments_shows_its_help(hub: Hub) -> None:
    shown = hub()
    assert "Commands:" in shown.output
    assert "Traceback" not in shown.output


def test_version_is_said_or_how_to_install(hub: Hub) -> None:
    said = hub("--version")
    assert said.exit_code in (0, 2)
    assert "version" in said.output or "make setup" in said.output


def test_an_interrupted_command_is_not_taken_for_a_red_day() -> None:
    with pytest.raises(SystemExit) as ended, errors_as_messages():
        raise KeyboardInterrupt
    assert ended.value.code == INTERRUPTED
