"""``hub try``: one application through map and check, nothing stored, no root needed."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.group import REFUSED
from pipeline.cli.options import chosen_municipality, clock_of_command, municipality_option
from pipeline.errors import SettingError
from pipeline.places import municipalities_folder, municipality_codes, specifications_folder
from vocabulary.findings import Refused

if TYPE_CHECKING:
    from mappings.layouts import Format

ANY_MUNICIPALITY = "000000"


@click.command("try")
@click.argument("procedure")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "format_id", help="Only this format (default: every format that lays out the procedure).")
@click.option("--destination", help="As this receiving system gets it, with the substitutions that its municipality approved.")
@municipality_option
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@click.option("--reveal", is_flag=True, help="Show values; 個人番号 stay masked.")
def try_application(
    procedure: str, file: Path, format_id: str | None, destination: str | None, code: str | None, *, as_json: bool, reveal: bool
) -> None:
    """Map and check one application without storing (試し変換).

    FILE: the portal's ZIP, an application.xml or a 申請内容. Exit 3 when no record can come of it.
    Example: hub try jidoteate-nintei mappings/procedures/jidoteate-nintei/examples/01.application.xml --reveal
    """
    approved = _format_of(destination, code) if destination else None
    found = _try(procedure, file, format_id, approved, reveal=reveal)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        from pipeline.cli.trial_words import words

        for line in words(found):
            click.echo(line)
    if not found["accepted"]:
        sys.exit(REFUSED)


def _format_of(destination: str, code: str | None) -> "Format":
    """The format of a municipality's receiving system with what the municipality approved for it."""
    from mappings.catalogue import load_catalogue
    from mappings.specification import nearest
    from pipeline.hub import approved_format, check_agreement
    from pipeline.settings import load_municipality

    municipality = load_municipality(municipalities_folder(), chosen_municipality(code))
    if destination not in municipality.destinations:
        raise SettingError(f"there is no destination {destination}", f"known are: {nearest(destination, municipality.destinations)}")
    catalogue = load_catalogue(specifications_folder())
    check_agreement(municipality, catalogue)
    return approved_format(municipality.destinations[destination], catalogue)


def _try(procedure_id: str, file: Path, format_id: str | None, approved: "Format | None", *, reveal: bool) -> dict[str, Any]:
    """The outcome as plain values, masked as asked. approved: a destination's format, which alone is written."""
    from mappings.catalogue import load_catalogue
    from mappings.specification import nearest
    from pipeline.cli.trial_words import outcome, refusal
    from pipeline.trial import formats_of, read_input
    from pipeline.trial import try_application as run_trial

    format_id = approved.id if approved else format_id
    catalogue, today = load_catalogue(specifications_folder()), clock_of_command().today()
    procedure = catalogue.procedures.get(procedure_id)
    if procedure is None:
        raise SettingError(f"there is no procedure {procedure_id}", f"known are: {nearest(procedure_id, catalogue.procedures)}")
    formats = [one for one in formats_of(catalogue, procedure) if format_id in (None, one.id)]
    if not formats:
        raise SettingError(
            f"no format {format_id} lays out {procedure_id}", f"known are: {', '.join(one.id for one in formats_of(catalogue, procedure))}"
        )
    formats = [approved] if approved else formats
    municipality = next(iter(municipality_codes(municipalities_folder())), ANY_MUNICIPALITY)
    try:
        given = read_input(file.read_bytes(), municipality=municipality, today=today)
        if given.form not in ("", procedure.form_id):
            raise SettingError(f"{file}: is an application of form {given.form}, not {procedure.form_id}", "name its own procedure")
        trial = run_trial(catalogue, procedure, given, formats, today=today)
    except Refused as refused:
        return refusal(procedure_id, file, refused.finding)
    return outcome(procedure_id, file, given, trial, formats=formats, reveal=reveal)
