"""``hub trace``: the lineage (来歴) of an application, or backward of a record in a delivered file."""

import json
from pathlib import Path

import click

from pipeline.cli.options import READER, chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option


@click.command()
@click.argument("what", metavar="RECEIPT|FILE:ROW")
@READER
@click.option("--json", "as_json", is_flag=True, help="The same as one JSON object.")
@municipality_option
@root_option
def trace(*, what: str, actor: str, as_json: bool, code: str | None, root_folder: Path | None) -> None:
    """Tell everything about an application, or where a delivered record came from. Example: hub trace 20261124-00000001 --actor joho-01"""
    from pipeline.act_cases import admit_reader, case_of
    from pipeline.hub import open_hub
    from pipeline.lineage import trace_of
    from pipeline.lineage_words import lines_of
    from pipeline.record_origins import origin_of, split_place

    place = split_place(what)
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        if place is None:
            row = case_of(hub, what)
            admit_reader(hub, row, actor)
            found = trace_of(hub, row)
        else:
            found = origin_of(hub, *place, actor=actor)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for line in lines_of(found):
        click.echo(line)
