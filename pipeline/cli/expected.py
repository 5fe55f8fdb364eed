"""``hub expected``: paper filings and reminders of a 現況届 (提出対象者), and the figures of who has filed."""

from pathlib import Path

import click

from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option

_ACTOR = click.option("--actor", required=True, help="Id of the desk that notes it, as declared under staff.")
_REASON = click.option("--reason", required=True, help="Why, in a sentence; it stays in journal and log. No 個人番号.")


@click.group()
def expected() -> None:
    """Who has to file a 現況届 (提出対象者) and who has. Example: hub expected show"""


@expected.command("show")
@municipality_option
@root_option
def show(*, code: str | None, root_folder: Path | None) -> None:
    """Write the lists anew and show the figures of each 現況届, without people. Example: hub expected show"""
    from pipeline.expected_filings import match_filings
    from pipeline.expected_lists import expected_lists, figures, list_file, write_expected_lists
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        match_filings(hub)
        write_expected_lists(hub)
        lists = {key: figures(people) for key, people in sorted(expected_lists(hub).items()) if not key[2]}
        files = {key: list_file(hub, key[0], key[1], apart=False) for key in lists}
    for key, counts in lists.items():
        click.echo(f"{key[0]} {key[1]}年度　{'　'.join(f'{title} {count:,}' for title, count in counts)}　{files[key]}")
    if not lists:
        click.echo("提出の対象者は取り込まれていません。")


@expected.command("paper")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_ACTOR
@_REASON
@municipality_option
@root_option
def paper(*, file: Path, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Note the paper filings of a CSV, all of it or nothing. Example: hub expected paper 紙.csv --actor jidoteate-01 --reason 窓口受領分"""
    from pipeline.expected_acts import enter_papers
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        new = enter_papers(hub, file, actor=actor, reason=reason)
    click.echo(f"{file.name}: 紙の受領を {new:,}件 登録しました。")


@expected.command("remind")
@click.argument("procedure")
@click.option("--period", default="", help="Year (YYYY); the newest unless told.")
@_ACTOR
@_REASON
@municipality_option
@root_option
def send_reminders(*, procedure: str, period: str, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Note a reminder (督促) of today for whoever has not filed. Example: hub expected remind jidoteate-genkyo --actor … --reason …"""
    from pipeline.expected_acts import chosen_period, remind
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        year = chosen_period(hub, procedure, period)
        new, file = remind(hub, procedure, year, actor=actor, reason=reason)
    click.echo(f"{procedure} {year}年度: 督促を {new:,}人に記録しました。一覧 {file}")
