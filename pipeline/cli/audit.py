"""``hub audit``: what auditors ask for - a sample with its working paper, findings and measures, rights, who opened what."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from pipeline.cli.options import ROW_NUMBER, chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option
from pipeline.hub import Hub, open_hub
from pipeline.staff import require

FISCAL_MONTH = 4


def _as_day(_context: click.Context, _parameter: click.Parameter, value: Any) -> date | None:  # noqa: ANN401  click hands over a datetime
    return None if value is None else value.date()


_DAY = click.DateTime(["%Y-%m-%d"])
_ACTOR = click.option("--actor", required=True, help="Who: id of the municipality file's staff.")
_FROM = click.option("--from", "first", type=_DAY, callback=_as_day, help="First day (default: the fiscal year's).")
_UNTIL = click.option("--until", "last", type=_DAY, callback=_as_day, help="Last day (default: today).")
_TEXT = click.option("--text", required=True, help="In sentences; it stands in the working paper. No residents' values.")


@click.group()
def audit() -> None:
    """What auditors ask for (監査). Example: hub audit sample --seed 2026-11 --size 25 --actor kansa-01"""


@audit.command("sample")
@click.option("--seed", required=True, help="Any text; the same journal and seed give the same sample.")
@click.option("--size", required=True, type=int, help="How many applications, 1 to 1000.")
@_FROM
@_UNTIL
@_ACTOR
@municipality_option
@root_option
def sample_command(
    *, seed: str, size: int, first: date | None, last: date | None, actor: str, code: str | None, root_folder: Path | None
) -> None:
    """Draw a sample and write its working paper (監査抽出・監査調書).

    Example: hub audit sample --seed 2026-11 --size 25 --actor kansa-01
    """
    from pipeline.audit.samples import draw_sample, sample_items
    from pipeline.audit.working_papers import write_paper

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        begin, end = _period(hub, first, last)
        number = draw_sample(hub, seed=seed, size=size, first=begin, last=end, actor=actor)
        drawn = len(sample_items(hub, number))
        folder = write_paper(hub, number)
    click.echo(f"抽出{number}番：{drawn}件を抽出しました。")
    click.echo(f"{folder / '監査調書.pdf'}")


@audit.command("paper")
@click.argument("sample", type=ROW_NUMBER)
@municipality_option
@root_option
def paper(sample: int, code: str | None, root_folder: Path | None) -> None:
    """Write a sample's working paper again, with findings and measures. Example: hub audit paper 1"""
    from pipeline.audit.working_papers import write_paper

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        folder = write_paper(hub, sample)
    click.echo(f"{folder / '監査調書.pdf'}")


@audit.command("finding")
@click.argument("sample", type=ROW_NUMBER)
@click.argument("item", type=ROW_NUMBER)
@_TEXT
@_ACTOR
@municipality_option
@root_option
def finding(*, sample: int, item: int, text: str, actor: str, code: str | None, root_folder: Path | None) -> None:
    """Record a finding (指摘) about an item of a sample.

    Example: hub audit finding 1 3 --text 解除の根拠が読み取れない --actor kansa-01
    """
    from pipeline.audit.samples import enter_finding

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        number = enter_finding(hub, sample, item, text=text, actor=actor)
    click.echo(f"指摘{number}番を記録しました。")


@audit.command("measure")
@click.argument("finding_number", metavar="FINDING", type=ROW_NUMBER)
@_TEXT
@click.option("--due", type=_DAY, callback=_as_day, help="Until when, for one that is planned.")
@click.option("--done", is_flag=True, help="It is finished.")
@_ACTOR
@municipality_option
@root_option
def measure(
    *, finding_number: int, text: str, due: date | None, done: bool, actor: str, code: str | None, root_folder: Path | None
) -> None:
    """Record what is done about a finding (措置).

    Example: hub audit measure 1 --text 解除の理由に根拠資料を書く --due 2026-12-20 --actor jidoteate-kakaricho
    """
    from pipeline.audit.samples import enter_measure

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        number = enter_measure(hub, finding_number, text=text, state="done" if done else "planned", due=due, actor=actor)
    click.echo(f"措置{number}番を記録しました。")


@audit.command("list")
@municipality_option
@root_option
def list_command(code: str | None, root_folder: Path | None) -> None:
    """Samples, findings and the state of their measures (監査の一覧). Example: hub audit list"""
    from pipeline.audit.overview import overview

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        lines = list(overview(hub))
    for line in lines:
        click.echo(line)


@audit.command("rights")
@_FROM
@_UNTIL
@_ACTOR
@municipality_option
@root_option
def rights(*, first: date | None, last: date | None, actor: str, code: str | None, root_folder: Path | None) -> None:
    """Who may do what, and which rights were used (権限棚卸). Example: hub audit rights --actor kansa-01"""
    from pipeline.audit.lists import rights_list, write_list

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        require(hub, actor, "auditor")
        period = _period(hub, first, last)
        made = rights_list(hub, *period)
        folder = write_list(hub, made, *period, actor=actor)
    click.echo(f"{folder / 'index.html'}: {len(made.rows)}行")


@audit.command("numbers")
@_FROM
@_UNTIL
@_ACTOR
@municipality_option
@root_option
def numbers(*, first: date | None, last: date | None, actor: str, code: str | None, root_folder: Path | None) -> None:
    """Who opened a 個人番号 or a personal record (閲覧の記録). Example: hub audit numbers --actor kansa-01"""
    from pipeline.audit.lists import openings_list, write_list

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        require(hub, actor, "auditor")
        period = _period(hub, first, last)
        made = openings_list(hub, *period)
        folder = write_list(hub, made, *period, actor=actor)
    click.echo(f"{folder / 'index.html'}: {len(made.rows)}行")


def _period(hub: Hub, first: date | None, last: date | None) -> tuple[date, date]:
    """The days asked for; without them the fiscal year until today."""
    end = last or hub.clock.today()
    year = end.year if end.month >= FISCAL_MONTH else end.year - 1
    return first or date(year, FISCAL_MONTH, 1), end
