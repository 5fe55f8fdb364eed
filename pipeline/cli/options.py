"""Options that several commands share, and what they come to: root, municipality, clock."""

import os
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.errors import SettingError
from pipeline.places import Root, municipalities_folder, root_from_environment
from vocabulary.clock import JST, Clock, clock_from_environment

Command = TypeVar("Command", bound=Callable[..., Any])
ROW_NUMBER = click.IntRange(1, (1 << 31) - 1)
"""Number of a row of the journal, which counts no further."""
READER = click.option("--actor", required=True, help="Id of the desk that looks, as declared under staff: of the section, auditor or IT.")


def root_option(command: Command) -> Command:
    """``--root DIR``: the working root; wins over HUB_ROOT."""
    folder = click.Path(file_okay=False, path_type=Path)
    return click.option("--root", "root_folder", type=folder, help="Working root (default: HUB_ROOT, else var/hub).")(command)


def municipality_option(command: Command) -> Command:
    """``--municipality CODE``."""
    return click.option("--municipality", "code", help="Code of the municipality (6 digits); needed when there are several.")(command)


def date_option(command: Command) -> Command:
    """``--date DAY``."""
    return click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), callback=_as_day, help="Business day, YYYY-MM-DD.")(command)


def _as_day(_context: click.Context, _parameter: click.Parameter, value: Any) -> date | None:  # noqa: ANN401  click hands over a datetime
    return None if value is None else value.date()


def chosen_root(root_folder: Path | None) -> Root:
    """The root of a command that works on an existing one. Raises SettingError when nothing is there."""
    root = root_from_environment(root_folder)
    if not (root.folder / "keys").is_dir():
        raise SettingError(f"{root.folder} is no working root (it has no keys)", f"make it with: hub setup --root {root.folder}")
    return root


def writable_root(root_folder: Path | None) -> Root:
    """The root of a command that makes one. Raises SettingError when it cannot be written."""
    root = root_from_environment(root_folder)
    try:
        root.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"root {root.folder} cannot be made ({error.strerror})", "choose another with --root or HUB_ROOT") from None
    if not os.access(root.folder, os.W_OK | os.X_OK):
        raise SettingError(f"root {root.folder} is not writable", "give it to the hub's user, or choose another with --root or HUB_ROOT")
    return root


def chosen_municipality(code: str | None) -> str:
    """The municipality asked for, or the only one. Raises SettingError."""
    from pipeline.places import municipality_codes

    known = municipality_codes(municipalities_folder())
    if code is not None:
        return code
    if len(known) == 1:
        return known[0]
    raise SettingError("which municipality is not said", f"add --municipality; known are {', '.join(known) or 'none'}")


def clock_of_command(day: date | None = None) -> Clock:
    """The clock of a command: of ``HUB_NOW``, or the evening of another day that was asked for. Raises SettingError."""
    try:
        clock = clock_from_environment()
    except ValueError as error:
        raise SettingError(f"HUB_NOW is no date and time ({error})", "write it as 2026-11-24T09:00:00+09:00") from None
    if day is None:
        return clock
    return Clock(datetime.combine(day, clock.now().timetz() if clock.today() == day else time(18, 0, tzinfo=JST)))


def check_atena(option: str, atena: str) -> None:
    """Refuse what is no 宛名番号, such as a 個人番号 typed in its place; it is not repeated. Raises SettingError."""
    if not (len(atena) == 15 and atena.isascii() and atena.isdigit()):
        raise SettingError(f"{option} is no 宛名番号", "give its 15 digits")
