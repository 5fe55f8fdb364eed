"""Options that several commands share."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.errors import SettingError
from pipeline.places import Root, municipalities_folder, root_from_environment

Command = TypeVar("Command", bound=Callable[..., Any])


def root_option(command: Command) -> Command:
    """``--root DIR``: the working root; wins over HUB_ROOT."""
    option = click.option("--root", "root_folder", type=click.Path(file_okay=False, path_type=Path), help="Working root (default: HUB_ROOT, else var/hub).")
    return option(command)


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
        raise SettingError(f"{root.folder} is no working root (it has no keys)", "give --root or HUB_ROOT, or make one with: hub demo")
    return root


def chosen_municipality(code: str | None) -> str:
    """The municipality asked for, or the only one. Raises SettingError."""
    from pipeline.settings import municipality_codes

    known = municipality_codes(municipalities_folder())
    if code is not None:
        return code
    if len(known) == 1:
        return known[0]
    raise SettingError("which municipality is not said", f"add --municipality; known are {', '.join(known) or 'none'}")
