"""``hub run`` and ``hub close``: flows without a scheduler."""

import json
import sys
from datetime import date
from pathlib import Path

import click

from pipeline.cli.group import RED, tell
from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, date_option, municipality_option, root_option
from pipeline.flow import FLOWS, NEEDS, run_flow
from pipeline.hub import open_hub
from pipeline.steps.close_day import DayClose, close_day


@click.command()
@click.argument("flow", type=click.Choice(list(FLOWS)))
@municipality_option
@date_option
@root_option
def run(flow: str, code: str | None, day: date | None, root_folder: Path | None) -> None:
    """Run the steps of a FLOW. Example: hub run intake --municipality 472018 --root var/demo"""
    root = chosen_root(root_folder)
    ran = run_flow(flow, chosen_municipality(code), root=root, clock=clock_of_command(day))
    if not (ran.counts or ran.stopped):
        click.echo(f"{flow}: not declared in the municipality's file; nothing to do ({', '.join(NEEDS[flow])})")
    for step, counts in ran.counts.items():
        click.echo(f"{step}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    if ran.stopped:
        *others, last = ran.stopped.values()
        for error in others:
            tell(str(error))
        raise last


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Figures as JSON.")
@municipality_option
@date_option
@root_option
def close(*, as_json: bool, code: str | None, day: date | None, root_folder: Path | None) -> None:
    """Close a day (日締め): balance and evidence. Exit 1 when it does not balance. Example: hub close --date 2026-11-24"""
    from pipeline.steps.close_and_report import report_close

    root = chosen_root(root_folder)
    with open_hub(root, chosen_municipality(code), clock_of_command()) as hub:
        found = close_day(hub, day)
        page = report_close(hub, found)
    click.echo(json.dumps(found.figures(), ensure_ascii=False) if as_json else _words(found, page))
    if not found.balanced:
        sys.exit(RED)


def _words(found: DayClose, page: Path) -> str:
    counts = found.balance.total
    lines = [
        f"{found.balance.day} 日締め: {'一致' if found.balanced else '不一致'}",
        f"  一覧 {counts.listed} = 収受 {counts.stored} + 対象外 {counts.out_of_scope} + 未取得 {counts.not_fetched}"
        f" + 取得前取下げ {counts.gone_before_fetch}",
        f"  繰越 {counts.carried_in} + 収受 {counts.stored} = 配信済 {counts.delivered} + 完結 {counts.settled} + 取下げ {counts.withdrawn}"
        f" + 保留 {counts.held} + 待ち {counts.waiting}",
    ]
    lines += [f"  ！{problem}" for problem in found.problems]
    lines += [f"  証跡なし: {name}" for name in found.missing]
    return "\n".join([*lines, f"  {page}"])
