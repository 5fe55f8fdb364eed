"""``hub effects``: what filing online saved in a fiscal year (効果), as a table and as CSV."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option
from vocabulary.ages import fiscal_year

if TYPE_CHECKING:
    from pipeline.effects import CorrectedPlace, ProcedureYear
    from pipeline.hub import Hub

COLUMNS = (
    "年度", "手続ID", "手続", "オンライン件数", "窓口・郵送件数", "オンライン率", "転記しなかった項目数",
    "郵送しなかった通知", "来庁が要らなかった件数", "到達から決定までの日数（中央値）", "補正件数", "補正率",
)  # fmt: skip
PLACE_COLUMNS = ("年度", "手続ID", "手続", "様式の項目", "補正件数", "補正率")


@click.command()
@click.option("--year", type=click.IntRange(2017, 2100), help="Fiscal year (April to March); this one unless told.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder of the CSV files (default: the root's reports).")
@municipality_option
@root_option
def effects(year: int | None, out: Path | None, code: str | None, root_folder: Path | None) -> None:
    """Tell what filing online saved (効果). Example: hub effects --year 2026 --root var/demo"""
    from pipeline.effects import corrected_places, effects_of
    from pipeline.hub import open_hub

    root = chosen_root(root_folder)
    with open_hub(root, chosen_municipality(code), clock_of_command()) as hub:
        wanted = year or fiscal_year(hub.clock.today())
        folder = out or root.reports / hub.code
        folder.mkdir(parents=True, exist_ok=True)
        rows = [_cells(hub, wanted, row) for row in effects_of(hub, wanted)]
        places = [_place_cells(hub, wanted, row) for row in corrected_places(hub, wanted)]
    for name, columns, content in ((f"effects-{wanted}.csv", COLUMNS, rows), (f"corrections-{wanted}.csv", PLACE_COLUMNS, places)):
        _write(folder / name, columns, content)
    for cells in rows:
        decided = f"決定まで {cells[9] or '－'}日（中央値）"
        click.echo(f"{cells[2]}: オンライン {cells[3]}件、転記しなかった項目 {cells[6]}、{decided}、補正 {cells[10]}件")
    click.echo(f"{folder}/effects-{wanted}.csv, corrections-{wanted}.csv")


def _cells(hub: "Hub", year: int, row: "ProcedureYear") -> list[str]:
    paper = "" if row.paper is None else str(row.paper)
    figures = [str(row.items), str(row.letters), str(row.visits), "" if row.days is None else f"{row.days:g}", str(row.corrected)]
    title = hub.procedure(row.procedure).title
    return [str(year), row.procedure, title, str(row.online), paper, _share(row.online_share), *figures, _share(row.correction_share)]


def _place_cells(hub: "Hub", year: int, row: "CorrectedPlace") -> list[str]:
    return [str(year), row.procedure, hub.procedure(row.procedure).title, row.place, str(row.times), _share(row.share)]


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.3f}"


def _write(file: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target, lineterminator="\r\n").writerows([columns, *rows])
