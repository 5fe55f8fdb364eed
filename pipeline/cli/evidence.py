"""``hub export log`` and ``hub verify``: the log and evidence bundles for people outside."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from zipfile import is_zipfile

import click

from pipeline.bundle_verifier import verify_bundle
from pipeline.cli.group import RED
from pipeline.cli.options import chosen_root, clock_of_command, root_option
from pipeline.errors import SettingError
from pipeline.hub import database_url
from pipeline.journal.database import open_journal
from pipeline.keyring import KeyRing
from pipeline.log import write_log
from pipeline.log_verifier import verify_export


@click.group()
def export() -> None:
    """Write parts of the journal to files. Example: hub export log var/log.jsonl"""


@export.command("log")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@root_option
def export_log(file: Path, root_folder: Path | None) -> None:
    """Write the append-only log with its signed checkpoints to FILE. Example: hub export log var/log.jsonl --root var/demo"""
    root = chosen_root(root_folder)
    journal = open_journal(database_url(root), clock_of_command())
    try:
        count = write_log(journal, KeyRing.open(root.folder), file.resolve())
    finally:
        journal.close()
    click.echo(f"{file}: {count} entries")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--checkpoint", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Checkpoints kept elsewhere, one a line.")
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON.")
def verify(file: Path, checkpoint: Path | None, *, as_json: bool) -> None:
    """Check an exported log or an evidence bundle. Exit 1 when something is wrong. Example: hub verify var/log.jsonl"""
    try:
        verdict = (verify_bundle if is_zipfile(file) else verify_export)(file, witness=checkpoint)
    except ValueError as error:
        raise SettingError(f"{checkpoint}: {error}", "give a file with one checkpoint a line, as hub export log writes them") from None
    click.echo(json.dumps(asdict(verdict), ensure_ascii=False) if as_json else verdict.sentence)
    if not verdict.good:
        sys.exit(RED)
