"""``hub inspect``: packages as intake would open them."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from connectors.inspection import Inspection, inspect_file
from pipeline.cli.group import REFUSED
from pipeline.errors import SettingError
from vocabulary.reasons import reason


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--container", is_flag=True, help="Only the ZIP's own checks.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each file.")
def inspect(files: tuple[Path, ...], *, container: bool, as_json: bool) -> None:
    """Open packages (申請ZIP) as intake would. Exit 3 when one is refused. Example: hub inspect --container *.zip"""
    special = [file for file in files if not file.is_file() and not file.samefile("/dev/null")]
    if special:
        raise SettingError(f"{special[0]} is no regular file", "give files that can be read to their end")
    found = []
    for file in files:
        inspection = inspect_file(file, container_only=container)
        found.append(inspection)
        click.echo(json.dumps({**asdict(inspection), "file": str(inspection.file)}, ensure_ascii=False) if as_json else _words(inspection))
    if not all(inspection.accepted for inspection in found):
        sys.exit(REFUSED)


def _words(inspection: Inspection) -> str:
    if inspection.reason is None:
        return f"{inspection.file}: OK"
    words = reason(inspection.reason)
    return f"{inspection.file}: {inspection.reason} {words.sentence}{words.remedy}"
