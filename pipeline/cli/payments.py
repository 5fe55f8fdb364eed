"""``hub payments``: how the matching stands (公金決済), one number with all that is known of it, and settling a work item."""

from pathlib import Path

import click

from pipeline.cli.options import ROW_NUMBER, chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option


@click.group()
def payments() -> None:
    """Payments (公金決済). Example: hub payments status"""


@payments.command()
@municipality_option
@root_option
def status(code: str | None, root_folder: Path | None) -> None:
    """Three totals by day and way, and how many work items are open. Example: hub payments status"""
    from pipeline.hub import open_hub
    from pipeline.pages.payments import STATES
    from pipeline.payments.report import page_of

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        page = page_of(hub)
    for line in page.days:
        sums = f"調定 {line.claimed:,}円 収納 {line.collected:,}円 入金 {line.deposited:,}円"
        click.echo(f"{line.day} {line.way} {STATES[line.state]}: {sums}　{line.sentence}")
    click.echo(f"還付・充当の候補 {len(page.refunds)}件、確かめるもの {len(page.others)}件、取り込まなかったファイル {len(page.refused)}件")


@payments.command()
@click.argument("number", default="")
@municipality_option
@root_option
def show(number: str, code: str | None, root_folder: Path | None) -> None:
    """Open work items, or every row of one 納付番号 or eL番号. Example: hub payments show 0000000000000017"""
    from pipeline.hub import open_hub
    from pipeline.payments.figures import all_verdicts
    from pipeline.payments.items import ANSWERS, item_rows
    from pipeline.payments.words import TITLES

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        items = [row for row in item_rows(hub) if number == row.number or (not number and row.state == "open")]
        rows = [one for one in all_verdicts(hub) if number and one.row.number == number]
    for one in rows:
        claimed = f"調定 {one.claim.amount:,}円" if one.claim else "調定なし"
        late = "、期限後" if one.late else ""
        paid = f"収納日 {one.row.collected_on} {one.row.amount:,}円"
        click.echo(f"{one.row.way} {one.row.reference} {paid}: {TITLES[one.word]}（{claimed}{late}）")
    for row in items:
        state = {"open": "処理待ち", "gone": "原因がなくなりました"}.get(row.state) or ANSWERS[row.answer]
        click.echo(f"項目 {row.id} {TITLES[row.kind]} {row.number} {row.amount:,}円 担当 {row.section or '会計課'}: {state}")
    if not rows and not items:
        click.echo("その番号の収納はありません。" if number else "処理を待っている項目はありません。")


@payments.command()
@click.argument("item", type=ROW_NUMBER)
@click.option("--as", "answer", required=True, type=click.Choice(["refund", "offset", "post", "done"]), help="What becomes of it.")
@click.option("--actor", required=True, help="Id of the desk that settles; role accounting.")
@click.option("--reason", required=True, help="Why; stays in journal and log. No 個人番号.")
@municipality_option
@root_option
def settle(*, item: int, answer: str, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Settle a work item: 還付, 充当, 消込, or done. Example: hub payments settle 3 --as refund --actor kaikei-01 --reason 二重納付"""
    from pipeline.hub import open_hub
    from pipeline.payments import items

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        act = items.settle(hub, item, answer, actor=actor, reason=reason)
    click.echo(f"項目 {item}: {items.ANSWERS[answer]}（行為 {act}）。次の公金決済（hub run payments）の表に反映します。")
