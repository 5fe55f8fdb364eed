"""``hub worklist``: the clerks' lists (処理待ち一覧) written anew, and a short table without names."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option
from pipeline.errors import SettingError

if TYPE_CHECKING:
    from pipeline.worklist_rows import Work

MOST_ROWS = 20


@click.command()
@click.option("--section", default="", help="Id of one section; all unless told.")
@municipality_option
@root_option
def worklist(*, section: str, code: str | None, root_folder: Path | None) -> None:
    """Write the 処理待ち一覧 anew and show the most urgent ordinary cases. Example: hub worklist --section jidoteate"""
    from pipeline.hub import open_hub
    from pipeline.worklists import worklist_file, write_worklists

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        known = hub.municipality.sections
        if section and section not in known:
            raise SettingError(f"--section {section}: there is no such section", f"allowed are {', '.join(known)}")
        found = write_worklists(hub, *((section,) if section else ()))
        files = {name: worklist_file(hub, name) for name in found}
    for name, works in found.items():
        click.echo(f"{known[name].name}　{len(works)}件　{files[name]}")
        for line in _lines(works):
            click.echo(line)


def _lines(works: "Sequence[Work]") -> Iterator[str]:
    from vocabulary.dates import to_wareki

    if not works:
        yield "  処理を待っている案件はありません。"
    for work in works[:MOST_ROWS]:
        until = to_wareki(work.deadlines[0].day) if work.deadlines else "期限なし"
        yield f"  {until}　{work.folder}　{work.procedure}　{work.age}開庁日　{work.why[0] if work.why else '書類待ち'}"
    if len(works) > MOST_ROWS:
        yield f"  ほか{len(works) - MOST_ROWS}件は一覧で見てください"
