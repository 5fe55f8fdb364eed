"""``hub registry``: the book of a section's day (受付簿), drawn anew."""

from datetime import date
from pathlib import Path

import click

from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, date_option, municipality_option, root_option
from pipeline.errors import SettingError


@click.command()
@click.argument("sections", metavar="[SECTION]…", nargs=-1)
@municipality_option
@date_option
@root_option
def registry(sections: tuple[str, ...], code: str | None, day: date | None, root_folder: Path | None) -> None:
    """Draw the book (受付簿) of a day, of all sections unless some are named. Example: hub registry jidoteate --date 2026-11-24"""
    from pipeline.hub import open_hub
    from pipeline.steps.registry import write_book

    root = chosen_root(root_folder)
    with open_hub(root, chosen_municipality(code), clock_of_command()) as hub:
        known = hub.municipality.sections
        unknown = [section for section in sections if section not in known]
        if unknown:
            raise SettingError(f"there is no section {', '.join(unknown)}", f"sections are {', '.join(known)}")
        for section in sections or known:
            book = write_book(hub, section, day or hub.clock.today())
            click.echo(f"{known[section].name}: {book or '書体に無い文字があるため作成しませんでした（警報 GLYPH_MISSING）'}")
