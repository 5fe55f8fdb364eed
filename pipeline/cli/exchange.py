"""``hub exchange``: records of exchange, for the few who may look at them, and what the reconciliation found."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from pipeline.cli.options import (
    ROW_NUMBER,
    check_atena,
    chosen_municipality,
    chosen_root,
    clock_of_command,
    municipality_option,
    root_option,
)
from pipeline.exchange import disclosure
from pipeline.exchange.access import as_reader, open_record
from pipeline.exchange.anomalies import KINDS, Listed, explain_anomaly, list_anomalies
from pipeline.exchange.purge import purge
from pipeline.hub import open_hub

_WHO = click.option("--actor", default="", help="Who: staff number or name.")
_WHY = click.option("--reason", default="", help="Why, in a sentence; it stays in the journal.")


@click.group()
def exchange() -> None:
    """Records of exchange (情報提供等記録). Example: hub exchange anomalies"""


@exchange.command("show")
@click.argument("sequence")
@_WHO
@_WHY
@municipality_option
@root_option
def show(sequence: str, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """One record; the reading is written down first. Example: hub exchange show 202611240000000001 --actor kansa-01 --reason 定例の点検"""
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        row, person = open_record(hub, as_reader(hub, actor, reason), sequence)
    click.echo("\n".join(_words(row, person)))


@exchange.command("anomalies")
@click.option("--all", "closed_too", is_flag=True, help="Closed and explained ones too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each.")
@municipality_option
@root_option
def anomalies(*, closed_too: bool, as_json: bool, code: str | None, root_folder: Path | None) -> None:
    """What the reconciliation found (突合の不一致), without persons. Example: hub exchange anomalies --json"""
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        found = list_anomalies(hub, closed_too=closed_too)
    for one in found:
        click.echo(json.dumps(one.as_json(), ensure_ascii=False) if as_json else _line(one))
    if not as_json:
        click.echo(f"{len(found)}件")


@exchange.command("explain")
@click.argument("number", type=ROW_NUMBER)
@_WHO
@_WHY
@municipality_option
@root_option
def explain(number: int, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Settle an anomaly by an explanation (説明済みにする). Example: hub exchange explain 3 --actor kansa-01 --reason 夜間の災害対応"""
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        explain_anomaly(hub, number, as_reader(hub, actor, reason))
    click.echo(f"{number}番を説明済みにしました。")


@exchange.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--resident", required=True, help="宛名番号 of the one person, 15 digits.")
@_WHO
@_WHY
@municipality_option
@root_option
def export(*, file: Path, resident: str, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """The records of one person for a disclosure request (開示請求).

    Example: hub exchange export --resident 000000000000017 --actor kojin-joho-01 --reason 開示請求第12号 var/kaiji.csv
    """
    check_atena("--resident", resident)
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        made = disclosure.disclose(hub, as_reader(hub, actor, reason), resident, file.resolve())
    click.echo(f"{file}: {made.records}件")
    if not (made.records or made.own_marks or made.other_marks):
        click.echo("この宛名番号の記録はありません。番号が正しいか確かめてください。", err=True)
    if made.own_marks:
        click.echo(f"不開示の印（自団体）により {made.own_marks}件 を除きました。", err=True)
    if made.other_marks:
        click.echo(f"不開示の印（相手機関）により {made.other_marks}件 を除きました。開示してよいか相手機関と協議してください。", err=True)


@exchange.command("purge")
@click.option("--before", required=True, type=click.DateTime(["%Y-%m-%d"]), callback=lambda _context, _parameter, value: value.date(),
              help="Delete the days before this one; refused within seven years.")  # fmt: skip
@_WHO
@_WHY
@municipality_option
@root_option
def purge_command(before: date, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Delete what is past its seven years (廃棄). Example: hub exchange purge --before 2019-11-01 --actor kansa-01 --reason 保存期間満了"""
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        counts = purge(hub, before, who=actor, reason=reason)
    for name, count in counts.items():
        click.echo(f"{name}: {count}")


def _line(one: Listed) -> str:
    state = {"open": f"{one.age_days}日経過", "closed": "解消", "explained": "説明済み"}[one.state]
    return f"{one.number:6} {one.day} {KINDS[one.kind]} {one.subject}（{state}）"


def _words(row: Any, person: str) -> Iterator[str]:  # noqa: ANN401  a row of the journal
    marks = [name for name, marked in (("照会側", row.nondisclosure_inquirer), ("提供側", row.nondisclosure_provider)) if marked]
    cells = disclosure.cells_of(row)
    yield from (f"{title}: {cell}" for title, cell in zip(disclosure.HEADER, cells, strict=True))
    yield f"宛名番号: {person}"
    yield f"不開示: {'・'.join(marks) or 'なし'}"
    yield f"取得: {row.fetched_at}（ファイル {row.file_digest[:16]}）"
