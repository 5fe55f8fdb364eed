"""``hub merge``: a clerk says what a filing is to another one (重複の判断)."""

from pathlib import Path
from typing import Literal

import click

from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option

WORDS = {
    "repeat": "重複として処理を終えました",
    "replacement": "先の申請に差し替えます",
    "separate": "別の申請として進めます",
}


@click.command()
@click.argument("receipt")
@click.option("--of", "earlier", required=True, help="The earlier filing: 受付番号, number in the counter's book, or case number.")
@click.option("--as", "answer", required=True, type=click.Choice(list(WORDS)), help="What the filing is to the earlier one.")
@click.option("--actor", required=True, help="Staff number of the clerk who decides.")
@click.option("--reason", required=True, help="Why; stays in journal and log. No 個人番号.")
@municipality_option
@root_option
def merge(
    *,
    receipt: str,
    earlier: str,
    answer: Literal["repeat", "replacement", "separate"],
    actor: str,
    reason: str,
    code: str | None,
    root_folder: Path | None,
) -> None:
    """Say whether a filing repeats an earlier one, replaces it, or stands for itself. What follows is done at the next run.

    Example: hub merge 20261124-00000012 --of 20261124-00000007 --as repeat --actor jidoteate-01 --reason 本人に電話で確認
    """
    from pipeline.hub import open_hub
    from pipeline.merges import merge as enter_merge

    root, municipality = chosen_root(root_folder), chosen_municipality(code)
    with open_hub(root, municipality, clock_of_command()) as hub:
        entered = enter_merge(hub, receipt, earlier, answer, actor=actor, reason=reason)
    click.echo(f"{receipt}: {WORDS[answer]}（{earlier}）" if entered else f"{receipt}: 同じ判断がすでに登録されています（{earlier}）")
