"""``hub outside``: people who may live outside the municipality (住登外), and how a clerk settles them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.cli.options import check_atena, chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group()
def outside() -> None:
    """Settle who may need a 住登外 number. Example: hub outside list"""


@outside.command("list")
@click.option("--actor", required=True, help="Who asks; restricted cases are listed only for those who may see them.")
@municipality_option
@root_option
def outside_list(actor: str, code: str | None, root_folder: Path | None) -> None:
    """List the open work items with their candidates. Example: hub outside list --actor jidoteate-01"""
    from pipeline.candidates import candidates_of
    from pipeline.finding_places import role_title
    from pipeline.hub import open_hub
    from pipeline.outside_people import open_outside
    from pipeline.staff import member

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        desk = member(hub, actor)
        mine = [row for row in open_outside(hub) if row.section in desk.sections and (not row.restricted or "restricted" in desk.roles)]
        click.echo(f"未処理の住登外の作業 {len(mine)}件")
        for row in mine:
            title = role_title(hub.procedure(row.procedure), row.role, row.ordinal)
            click.echo(f"{row.receipt} {row.role} {row.ordinal} {title} {row.since}から")
            for one in candidates_of(hub, row.application).get((row.role, row.ordinal), []):
                click.echo(f"  候補 {one.sentence}")


def _order(command: Command) -> Command:
    """RECEIPT ROLE, --ordinal, --actor, --reason: which person of which filing, who settles it and why."""
    command = click.option("--reason", required=True, help="Why; without anything about the person.")(command)
    command = click.option("--actor", required=True, help="Who settles it.")(command)
    command = click.option("--ordinal", type=click.IntRange(1, 99), default=1, show_default=True, help="Which person of the role.")(command)
    return root_option(municipality_option(command))


@outside.command("registered")
@click.argument("receipt")
@click.argument("role")
@click.argument("atena")
@_order
def outside_registered(
    receipt: str, role: str, atena: str, *, ordinal: int, actor: str, reason: str, code: str | None, root_folder: Path | None
) -> None:
    """Say which 住登外 number a person has.

    Example: hub outside registered 20261124-00000012 child 000000000000123 --actor jidoteate-01 --reason 住登外登録済
    """
    from pipeline.act_cases import case_of
    from pipeline.hub import open_hub
    from pipeline.outside_acts import register_outside

    check_atena("ATENA", atena)
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        act = register_outside(hub, case_of(hub, receipt), (role, ordinal), atena, actor=actor, reason=reason)
        click.echo(f"{receipt} {role}.{ordinal}: 住登外登録済としました（行為{act}）")


@outside.command("not-needed")
@click.argument("receipt")
@click.argument("role")
@_order
def outside_not_needed(
    receipt: str, role: str, *, ordinal: int, actor: str, reason: str, code: str | None, root_folder: Path | None
) -> None:
    """Say that a person needs no 住登外 number.

    Example: hub outside not-needed 20261124-00000012 child --actor jidoteate-01 --reason 対象外
    """
    from pipeline.act_cases import case_of
    from pipeline.hub import open_hub
    from pipeline.outside_acts import dismiss_outside

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        act = dismiss_outside(hub, case_of(hub, receipt), (role, ordinal), actor=actor, reason=reason)
        click.echo(f"{receipt} {role}.{ordinal}: 登録不要としました（行為{act}）")
