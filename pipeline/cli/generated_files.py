"""Files that commands make from specs (生成物): written, or compared with what lies there."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from pipeline.cli.group import RED


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their name below the folder, and say how many."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    click.echo(f"{folder}: {len(files)} files")


def check_files(folder: Path, files: Mapping[str, bytes], *, command: str) -> None:
    """Say whether the folder holds these very bytes; exit 1 naming those that are stale, and the command that writes them anew."""
    stale = [name for name, data in files.items() if not (folder / name).is_file() or (folder / name).read_bytes() != data]
    if stale:
        click.echo(f"{folder}: stale: {', '.join(stale)}. Write them anew with {command}", err=True)
        sys.exit(RED)
    click.echo(f"{folder}: every file is what the specs say")
