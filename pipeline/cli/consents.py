"""``hub consents``: who consents to letters in a digital letter-box (民間送達サービスの同意)."""

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


@click.group()
def consents() -> None:
    """Consents to a digital letter-box (同意). Example: hub consents list --actor jidoteate-01"""


@consents.command("list")
@click.option("--actor", required=True, help="Id of the desk that asks; the list names people.")
@municipality_option
@root_option
def show(*, actor: str, code: str | None, root_folder: Path | None) -> None:
    """Show the consents that hold now. Example: hub consents list --actor jidoteate-01"""
    from pipeline.hub import open_hub
    from pipeline.letterbox.consents import standing_consents
    from pipeline.staff import require

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        require(hub, actor, "clerk")
        found = standing_consents(hub)
    for one in found:
        click.echo(f"{one.id} {one.given_at[:10]} {one.atena} {one.service} {one.kinds} {'窓口' if one.source == 'clerk' else '事業者'}")
    if not found:
        click.echo("同意している人はいません。")


@consents.command("add")
@click.option("--atena", required=True, help="宛名番号, 15 digits.")
@click.option("--kinds", required=True, help="Kinds of notices, separated by commas, or all.")
@_ACTOR
@_REASON
@municipality_option
@root_option
def add(*, atena: str, kinds: str, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Note a consent given to the office. Example: hub consents add --atena … --kinds kifu-shomei --actor jidoteate-01 --reason 同意書"""
    from pipeline.hub import open_hub
    from pipeline.letterbox.consents import add_consent

    check_atena("--atena", atena)
    wanted = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        key = add_consent(hub, atena, wanted, actor=actor, reason=reason)
    click.echo(f"同意 {key} を登録しました。")


@consents.command("end")
@click.argument("consent", type=ROW_NUMBER, metavar="ID")
@_ACTOR
@_REASON
@municipality_option
@root_option
def end(*, consent: int, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """End a consent; what is owed goes on paper. Example: hub consents end 1 --actor jidoteate-01 --reason 本人の申出"""
    from pipeline.hub import open_hub
    from pipeline.letterbox.consents import end_consent

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        end_consent(hub, consent, actor=actor, reason=reason)
    click.echo(f"同意 {consent} を終わりにしました。送信待ちのものは次の経路で送ります。")
