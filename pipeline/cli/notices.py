"""``hub notices``: what waits on the two channels to residents, and a person's word about what no run sends again."""

import json
from pathlib import Path

import click

from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option
from pipeline.hub import open_hub


@click.group()
def notices() -> None:
    """Statuses and notices that are not sent yet (処理状況・お知らせ). Example: hub notices list --root var/demo"""


@notices.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@municipality_option
@root_option
def list_notices(*, as_json: bool, code: str | None, root_folder: Path | None) -> None:
    """List what is open, refused or given up, what waits for a person first. Example: hub notices list --root var/demo"""
    from pipeline.notices.desk import standing

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        found = standing(hub)
    if as_json:
        click.echo(json.dumps([one.as_json() for one in found], ensure_ascii=False))
        return
    for one in found:
        click.echo(one.sentence())
    waiting = sum(one.for_person for one in found)
    click.echo(f"職員の判断を待つもの {waiting}件、自動で送るもの {len(found) - waiting}件")


@notices.command("retry")
@click.argument("name", metavar="ID")
@click.option("--actor", required=True, help="Who says so: id of the staff (clerk or it).")
@click.option("--reason", required=True, help="Why it may work now.")
@municipality_option
@root_option
def retry(name: str, *, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Have it tried anew, looked up first. Example: hub notices retry 12 --actor joho-01 --reason 相手方が直した"""
    from pipeline.notices.desk import try_anew

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        act = try_anew(hub, name, actor=actor, reason=reason)
    click.echo(f"{name}: 次の実行で、届いていないことを確かめてから送ります（行為 {act}）。")


@notices.command("give-up")
@click.argument("name", metavar="ID")
@click.option("--actor", required=True, help="Who says so: id of the staff (clerk or it).")
@click.option("--reason", required=True, help="Why it is not sent, and how the resident is told instead.")
@municipality_option
@root_option
def give_up(name: str, *, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Send it no more. Example: hub notices give-up 12 --actor joho-01 --reason 電話で知らせた"""
    from pipeline.notices.desk import send_no_more

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        act = send_no_more(hub, name, actor=actor, reason=reason)
    click.echo(f"{name}: もう送りません（行為 {act}）。本人には別の方法で知らせてください。")
