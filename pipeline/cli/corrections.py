"""Commands of corrections (補正) and withdrawals (取下げ), and the course of a case: ``hub correct``, ``hub withdraw``, ``hub case``."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from pipeline.act_cases import Case, admit_reader, allowed, case_of
from pipeline.cli.acts import act_options, opened_case
from pipeline.cli.options import READER, chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option
from pipeline.corrections.asking import Asked, answered_otherwise, ask, extend
from pipeline.corrections.places import chosen_items, default_items
from pipeline.corrections.terms import due_after, due_until, term_of
from pipeline.errors import ActRefused
from pipeline.hub import Hub, open_hub
from vocabulary.dates import to_wareki

DAY = click.DateTime(["%Y-%m-%d"])
HANDED_ON = "出力ずみのため、申請はそのまま残ります。業務システムで処理を止めてください。"
BY_DAYS = "days"
"""What --extend stands for without a day of its own."""


@click.command()
@click.argument("receipt")
@click.option("--item", "places", multiple=True, help="What to set right: a form item or document, by code or as the 審査票 names it.")
@click.option("--text", "texts", multiple=True, help="What the resident reads of it, one for each --item; none takes the finding's.")
@click.option("--findings", "from_findings", is_flag=True, help="Ask for everything that the findings of the case name.")
@click.option("--days", type=click.IntRange(1, 120), help="Term in opening days; also of an extension.")
@click.option("--until", type=DAY, help="Due day YYYY-MM-DD; a closed day moves to the next opening day.")
@click.option("--extend", "extended", is_flag=False, flag_value=BY_DAYS, default="", help="A later due day YYYY-MM-DD, or --days.")
@click.option("--answered", is_flag=True, help="The resident answered on paper or at the counter.")
@act_options
def correct(receipt: str, **said: Any) -> None:  # noqa: ANN401  the options that all acts share, and those above
    """Ask the resident for a correction (補正), extend it, or note an answer on paper.

    Example: hub correct 20261124-00000001 --item 口座番号 --text 7桁で書いてください --actor jidoteate-01 --reason 記入誤り
    """
    _check_choice(said)
    with opened_case(receipt, said) as (hub, row, order):
        allowed(hub, row, order["actor"])
        if said["answered"]:
            act = answered_otherwise(hub, row, **order)
            click.echo(f"{receipt}: 補正の回答を登録しました（行為 {act}）。次の取込（hub run intake）で続きます。")
        elif said["extended"]:
            asked = extend(hub, row, _later_day(hub, said), **order)
            click.echo(f"{receipt}: 補正の期限を{to_wareki(asked.due)}まで延ばしました（行為 {asked.act}）。{_telling(asked)}")
        else:
            items = chosen_items(hub, row, said["places"], said["texts"], from_findings=_found(hub, row, said))
            asked = ask(hub, row, items, _due(hub, row, said), **order)
            until = f"期限は{to_wareki(asked.due)}（行為 {asked.act}）。"
            click.echo(f"{receipt}: {asked.number}回目の補正を{len(items)}か所求めました。{until}{_telling(asked)}")


def _check_choice(said: dict[str, Any]) -> None:
    """One thing at a time. Raises ActRefused."""
    asking = bool(said["places"] or said["texts"] or said["from_findings"])
    if [asking, bool(said["extended"]), said["answered"]].count(True) != 1:
        remedy = "求めるときは --item か --findings、延ばすときは --extend、紙などで回答があったときは --answered のどれか一つです"
        raise ActRefused("hub correct に何をするかが書かれていないか、二つ以上あります", remedy)
    if said["days"] and said["until"]:
        raise ActRefused("--days と --until が両方あります", "どちらか一つにしてください")
    if said["answered"] and (said["days"] or said["until"]):
        raise ActRefused("--answered に期限は要りません", "--days と --until を外してください")


def _found(hub: Hub, row: Case, said: dict[str, Any]) -> Any:  # noqa: ANN401  items, or none
    return default_items(hub, row) if said["from_findings"] else ()


def _due(hub: Hub, row: Case, said: dict[str, Any]) -> date:
    today = hub.clock.today()
    if said["until"]:
        return due_until(hub.opening, today, said["until"].date())
    return due_after(hub.opening, today, said["days"] or term_of(hub, row.procedure).days)


def _later_day(hub: Hub, said: dict[str, Any]) -> date:
    """The due day of an extension. Raises ActRefused."""
    if said["extended"] == BY_DAYS and said["days"]:
        return hub.opening.add_open_days(hub.clock.today(), said["days"])
    try:
        day = date.fromisoformat(said["extended"])
    except ValueError:
        remedy = "2026-12-20 のように書くか、--extend --days 5 としてください"
        raise ActRefused(f"--extend {said['extended']}: 日付ではありません", remedy) from None
    if day <= hub.clock.today():
        raise ActRefused(f"--extend {day}: 過ぎた日か今日です", "後の日にしてください")
    return hub.opening.next_open(day)


def _telling(asked: Asked) -> str:
    if asked.by_person:
        return "お知らせは自動では送りません。申請者に電話や文書で伝えてください。"
    return "次の通知（hub run notify）で、処理状況、お知らせの順に送ります。"


@click.command()
@click.argument("receipt")
@act_options
def withdraw(receipt: str, **said: Any) -> None:  # noqa: ANN401  the options that all acts share
    """A resident withdraws by letter, or the section has dealt with a withdrawal (取下げ).

    Example: hub withdraw 20261124-00000001 --actor jidoteate-01 --reason 取下書が届いたため
    """
    from pipeline.withdrawals import withdraw as take_back

    with opened_case(receipt, said) as (hub, row, order):
        taken = take_back(hub, row, **order)
        after = HANDED_ON if taken.handed_on else "この申請の処理を終えました。"
        click.echo(f"{receipt}: 取下げを登録しました（行為 {taken.act}）。{after}")


@click.command("case")
@click.argument("receipt")
@READER
@municipality_option
@root_option
def show_case(*, receipt: str, actor: str, code: str | None, root_folder: Path | None) -> None:
    """The course of a case: every filing, what was asked and answered (案件の経過).

    Example: hub case 20261124-00000001 --actor jidoteate-01
    """
    from pipeline.case_numbers import case_number
    from pipeline.corrections.chain import lines_of

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        row = case_of(hub, receipt)
        admit_reader(hub, row, actor)
        click.echo(f"案件番号 {case_number(hub, row)}　{hub.procedure(row.procedure).title}")
        for line in lines_of(hub, row):
            click.echo(line)
