"""``hub stop-list``: who gets no notices (送付停止者一覧), from the second on in which a clerk says so."""

from pathlib import Path

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

_ACTOR = click.option("--actor", required=True, help="Id of the desk that acts, as declared under staff.")
_REASON = click.option("--reason", required=True, help="Why, in a sentence; it stays in journal and log. No name, no number.")


@click.group("stop-list")
def stop_list() -> None:
    """Who gets no notices (送付停止者一覧). Example: hub stop-list add --atena … --kinds all --because wish --actor … --reason …"""


@stop_list.command("add")
@click.option("--atena", required=True, help="宛名番号, 15 digits.")
@click.option("--kinds", required=True, help="Kinds of notices, separated by commas, or all.")
@click.option("--because", "category", default="other", help="stillbirth, care, death, attended, wish or other.")
@_ACTOR
@_REASON
@municipality_option
@root_option
def add(*, atena: str, kinds: str, category: str, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Put somebody on the list; what is owed is given up at once. Example: hub stop-list add --atena … --kinds ninpu-kenshin --because …"""
    from pipeline.hub import open_hub
    from pipeline.notices.stop_list import StopOrder, add_stop

    check_atena("--atena", atena)
    order = StopOrder(atena, frozenset(kind.strip() for kind in kinds.split(",") if kind.strip()), category)
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        key, given_up = add_stop(hub, order, actor=actor, reason=reason)
    click.echo(f"送付停止 {key} を登録しました。送信待ちの {given_up:,}件 は送りません。")


@stop_list.command("list")
@click.option("--actor", required=True, help="Id of the desk that asks; the list names people.")
@municipality_option
@root_option
def show(*, actor: str, code: str | None, root_folder: Path | None) -> None:
    """Show whom your section has on the list now. Example: hub stop-list list --actor boshi-01"""
    from pipeline.hub import open_hub
    from pipeline.notices.stop_list import CATEGORIES, standing_stops

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        entries = standing_stops(hub, actor)
    for one in entries:
        click.echo(f"{one.id} {one.day} {one.atena} {','.join(sorted(one.kinds))} {CATEGORIES[one.category][0]}")
    if not entries:
        click.echo("送付を停止している人はいません。")


@stop_list.command("end")
@click.argument("entry", type=ROW_NUMBER, metavar="ID")
@_ACTOR
@_REASON
@municipality_option
@root_option
def end(*, entry: int, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Take an entry off the list. Example: hub stop-list end 1 --actor boshi-01 --reason 本人の申出"""
    from pipeline.hub import open_hub
    from pipeline.notices.stop_list import end_stop

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        end_stop(hub, entry, actor=actor, reason=reason)
    click.echo(f"送付停止 {entry} を終わりにしました。止めていた間のお知らせは送りません。")
