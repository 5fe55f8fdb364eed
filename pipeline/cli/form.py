"""``hub form diff``: what is different in a form that changed, with a draft of its mapping."""

import json

import click

from pipeline.cli.options import clock_of_command
from pipeline.errors import SettingError
from pipeline.places import specifications_folder


@click.group()
def form() -> None:
    """Forms of the portal (様式). Example: hub form diff hoiku-riyo 2026-04 application.xml"""


@form.command("diff")
@click.argument("procedure")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Difference and drafts as one JSON object.")
def diff(procedure: str, old: str, new: str, *, as_json: bool) -> None:
    """Compare two forms of a PROCEDURE (様式の差分). Exit 3 when a file is no form.

    OLD, NEW: a form version, a schema file (.xsd) or an application (ZIP, application.xml, 申請内容); no value of a resident is shown.
    Example: hub form diff jidoteate-nintei 2022-06 2024-10
    """
    from mappings.catalogue import load_catalogue
    from mappings.specification import nearest
    from pipeline.form_changes import as_data, change_of, form_of, words

    catalogue, today = load_catalogue(specifications_folder()), clock_of_command().today()
    found = catalogue.procedures.get(procedure)
    if found is None:
        raise SettingError(f"there is no procedure {procedure}", f"known are: {nearest(procedure, catalogue.procedures)}")
    before, after = (form_of(found, text, today=today) for text in (old, new))
    change = change_of(catalogue, found, before, after)
    if as_json:
        facts = {"procedure": procedure, "old": before.version, "new": after.version, **as_data(change)}
        click.echo(json.dumps({**facts, "draft_mapping": change.mapping, "draft_schema": change.schema}, ensure_ascii=False))
        return
    click.echo(f"{found.title} {before.version} → {after.version}")
    for line in words(change):
        click.echo(line)
    if not change.difference.empty:
        click.echo(f"対応表の下書き:\n{change.mapping}", nl=False)
