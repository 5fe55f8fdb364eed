"""``hub decide`` and ``hub decisions``: a clerk enters a decision, sees what is recorded, settles what does not fit."""

from datetime import date
from pathlib import Path
from typing import Literal

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


@click.command()
@click.argument("receipt")
@click.option("--outcome", default="", help="結果, as the procedure calls it; not needed with --revoke.")
@date_option
@click.option("--number", required=True, help="決裁番号.")
@click.option("--document", default="", help="文書番号 of the 通知書.")
@click.option("--letter", required=True, type=click.Choice(["post", "counter", "none"]), help="How the 通知書 comes.")
@click.option("--change", "kind", flag_value="change", help="変更 of the standing decision; takes a second person.")
@click.option("--revoke", "kind", flag_value="revoke", help="取消 of the standing decision; takes a second person.")
@click.option("--reason", required=True, help="理由, which a refusal tells the resident; no 個人番号.")
@click.option("--actor", required=True, help="Id of the desk that decides.")
@municipality_option
@root_option
def decide(
    receipt: str,
    *,
    outcome: str,
    day: date | None,
    number: str,
    document: str,
    letter: str,
    kind: Literal["change", "revoke"] | None,
    reason: str,
    actor: str,
    code: str | None,
    root_folder: Path | None,
) -> None:
    """Enter a decision (決定の入力). Needs --date, the 決裁日.

    Example: hub decide 20261124-00000001 --outcome 認定 --date 2026-11-24 --number 101 --letter post --reason 要件確認済 --actor …
    """
    from pipeline.decision_acts import correct
    from pipeline.decision_acts import decide as enter
    from pipeline.decisions import DecisionInput, Known
    from pipeline.errors import SettingError
    from pipeline.hub import open_hub

    if day is None or not (outcome or kind == "revoke"):
        raise SettingError("--date or --outcome is missing", "say the 決裁日 as YYYY-MM-DD and the 結果 as the procedure calls it")
    given = DecisionInput(outcome, day.isoformat(), number, document, letter, reason, source="", actor=actor)
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        answer = enter(hub, receipt, given) if kind is None else correct(hub, receipt, given, kind)
    if answer is None:
        click.echo(f"{receipt}: 依頼しました。承認者が同じコマンドを実行すると、決定が改まります。")
    elif isinstance(answer, Known):
        click.echo(f"{receipt}: 同じ決定がすでに登録されています（決定 {answer.decision}）。")
    else:
        click.echo(f"{receipt}: 登録しました。処理状況とお知らせは次の通知（hub run notify）で送ります。")


@click.group()
def decisions() -> None:
    """Decisions and results that do not fit (決定の記録・取り込めない結果). Example: hub decisions list"""


@decisions.command("list")
@click.argument("receipt", default="")
@click.option("--actor", required=True, help="Who asks; restricted cases are shown only to those who may see them.")
@municipality_option
@root_option
def decisions_list(receipt: str, *, actor: str, code: str | None, root_folder: Path | None) -> None:
    """List the decisions of a case, or the results that do not fit. Example: hub decisions list --actor jidoteate-01"""
    from pipeline.decision_lists import decision_lines, refusal_lines
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        lines = decision_lines(hub, receipt, actor) if receipt else refusal_lines(hub, actor)
    for line in lines:
        click.echo(line)
    if not lines:
        click.echo("決定はまだありません。" if receipt else "取り込めない結果はありません。")


@decisions.command("settle")
@click.argument("number", type=ROW_NUMBER)
@click.option("--actor", required=True, help="Id of the desk that settles it.")
@click.option("--reason", required=True, help="Why it needs nothing more; no resident's name or number.")
@municipality_option
@root_option
def decisions_settle(number: int, *, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Say that a result that did not fit needs nothing more. Example: hub decisions settle 3 --actor jidoteate-01 --reason 番号の誤り"""
    from pipeline.hub import open_hub
    from pipeline.refused_decisions import settle_refusal

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        act = settle_refusal(hub, number, actor=actor, reason=reason)
    click.echo(f"{number}: 処理済みにしました（行為 {act}）。")
