"""``hub letters``: what goes out on paper, that it was posted, that it came back."""

from datetime import date
from pathlib import Path

import click

from pipeline.cli.options import (
    ROW_NUMBER,
    chosen_municipality,
    chosen_root,
    clock_of_command,
    date_option,
    municipality_option,
    root_option,
)

WHO = click.option("--actor", required=True, help="Your staff id, with the role mail.")
WHY = click.option("--reason", default="差出し", help="Why, in a few words; it stays in the journal.")


@click.group()
def letters() -> None:
    """Letters for those whom no digital way reaches (郵送). Example: hub letters list --date 2026-11-24"""


@letters.command("list")
@municipality_option
@date_option
@root_option
def show(code: str | None, day: date | None, root_folder: Path | None) -> None:
    """Letters of a day, and what no letter could be made of. Example: hub letters list --date 2026-11-24"""
    from pipeline.hub import open_hub
    from pipeline.letters.mail_list import letters_of, line_of, state_of
    from pipeline.letters.stopped import stopped_letters
    from vocabulary.reasons import reason

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        wanted = (day or hub.clock.today()).isoformat()
        for row in letters_of(hub, wanted):
            section, title = line_of(hub, row)
            click.echo(f"{row.number}　{row.name}　{section}　{title}　{state_of(row)}")
        for row in stopped_letters(hub):
            section, title = line_of(hub, row)
            words = reason(row.code)
            click.echo(f"作成できないもの　{row.reference[:12]}　{section}　{title}　{words.sentence}{words.remedy}")


@letters.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--up-to", "last", type=ROW_NUMBER, required=True, help="通し番号 of the last letter that was posted, as 差出票 shows it.")
@WHO
@WHY
@municipality_option
@root_option
def posted(*, day: date, last: int, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Say that the letters of a DAY were posted. Example: hub letters posted 2026-11-24 --up-to 7 --actor bunsho-01"""
    from pipeline.hub import open_hub
    from pipeline.letters.mail_list import write_mail_list
    from pipeline.letters.posting import post_day

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        text = f"{day:%Y-%m-%d}"
        count = post_day(hub, text, last, actor=actor, reason=reason)
        write_mail_list(hub, text)
    click.echo(f"{text}: {count}通を差出済にしました。")


@letters.command()
@click.argument("name")
@WHO
@click.option("--reason", required=True, help="What the post says, as 宛所に尋ねあたらず.")
@municipality_option
@root_option
def returned(*, name: str, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Say that a letter came back. Example: hub letters returned letter_0a1b2c3d4e5f.pdf --actor bunsho-01 --reason 宛所に尋ねあたらず"""
    from pipeline.hub import open_hub
    from pipeline.letters.posting import take_back

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        take_back(hub, name, actor=actor, reason=reason)
    click.echo(f"{name}: 返戻として登録しました。担当課が連絡先を確かめてください。")
