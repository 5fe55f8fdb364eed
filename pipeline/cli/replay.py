"""``hub replay``: what went out is emitted again as a new generation, in the original order; a dry run first."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from pipeline.cli.options import (
    chosen_municipality,
    chosen_root,
    clock_of_command,
    date_option,
    municipality_option,
    root_option,
)
from pipeline.errors import SettingError
from pipeline.flow import step_function
from pipeline.hub import Hub, open_hub
from pipeline.orders import check_order
from pipeline.replay_orders import ChangedMeanwhileError, earlier_order, order_replay
from pipeline.replays import WITHOUT_FINDING, Plan, Selection, plan_replay
from vocabulary.reasons import reason as reason_of


def _day(_context: click.Context, _parameter: click.Parameter, value: Any) -> date | None:  # noqa: ANN401  click hands over a datetime
    return None if value is None else value.date()


@click.command()
@click.option("--procedure", default="", help="Only this procedure.")
@click.option("--destination", default="", help="Only this receiving system.")
@click.option("--receipt", "receipts", multiple=True, help="Only this 受付番号; may be given several times.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), callback=_day, help="Went out last on this day or later.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), callback=_day, help="Went out last on this day or earlier.")
@click.option("--actor", default="", help="Who orders it: an office or a person's name or staff number.")
@click.option("--reason", default="", help="Why, in a sentence. The same selection for the same reason is emitted again only once.")
@click.option("--dry-run", is_flag=True, help="Show what would go where and a token; change nothing.")
@click.option("--token", default="", help="The token of the dry run that was looked at.")
@click.option("--yes", is_flag=True, help="Without a dry run.")
@click.option("--json", "as_json", is_flag=True, help="The plan as JSON.")
@municipality_option
@date_option
@root_option
def replay(
    *, procedure: str, destination: str, receipts: tuple[str, ...], since: date | None, until: date | None, actor: str, reason: str,
    dry_run: bool, token: str, yes: bool, as_json: bool, code: str | None, day: date | None, root_folder: Path | None,
) -> None:  # fmt: skip
    """Emit again what went out (再出力), as a new generation. Example: hub replay --destination hoiku --date 2026-11-24 --dry-run"""
    if day is not None and (since or until):
        raise SettingError("--date and --from or --until exclude each other", "leave one of them out")
    selection = Selection(procedure, destination, tuple(sorted(set(receipts))), since or day, until or day)
    if selection == Selection():
        raise SettingError("nothing says what to emit again", "give --procedure, --destination, --receipt, --date, --from or --until")
    root, municipality = chosen_root(root_folder), chosen_municipality(code)
    with open_hub(root, municipality, clock_of_command()) as hub:
        _check_names(hub, selection)
        if dry_run:
            _show(plan_replay(hub, selection), as_json=as_json)
            return
        check_order(actor, reason)
        earlier = earlier_order(hub, selection, reason)
        if earlier is None:
            plan = _confirmed(hub, selection, token, yes=yes)
            _order(hub, plan, actor=actor, reason=reason)
            _show(plan, as_json=as_json)
        else:
            click.echo(f"同じ指定・同じ理由の再出力は {earlier.at} に {earlier.actor} が指示ずみです。新しい世代は作りません。", err=True)
        for step in ("release", "deliver"):
            counts = step_function(step)(hub)
            click.echo(f"{step}: " + ", ".join(f"{name} {count}" for name, count in counts.items()), err=as_json)


def _check_names(hub: Hub, selection: Selection) -> None:
    from mappings.specification import nearest

    for option, name, known in (
        ("--procedure", selection.procedure, hub.municipality.procedures),
        ("--destination", selection.destination, hub.municipality.destinations),
    ):
        if name and name not in known:
            raise SettingError(f"{option}: there is no {name} in this municipality", f"known are: {nearest(name, known)}")


def _confirmed(hub: Hub, selection: Selection, token: str, *, yes: bool) -> Plan:
    """The plan, if somebody looked at this very one."""
    if not token and not yes:
        raise SettingError("nobody looked at a dry run", "run the same with --dry-run and give its --token, or add --yes")
    plan = plan_replay(hub, selection)
    if token and token != plan.token:
        raise SettingError(f"--token {token} is not that of what matches now", "run the same with --dry-run again and look at it")
    if not plan.items:
        left = f"{len(plan.left_out)} match and are left out" if plan.left_out else "nothing that went out matches"
        raise SettingError(left, "look at it with --dry-run")
    return plan


def _order(hub: Hub, plan: Plan, *, actor: str, reason: str) -> None:
    try:
        order_replay(hub, plan, actor=actor, reason=reason)
    except ChangedMeanwhileError:
        raise SettingError("what matches was moved by another process meanwhile", "run the same with --dry-run again") from None


def _show(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_data(plan), ensure_ascii=False))
        return
    for line in _words(plan):
        click.echo(line)


def _data(plan: Plan) -> dict[str, Any]:
    items = [
        {
            "receipt": item.row.receipt,
            "procedure": item.row.procedure,
            "destination": item.destination,
            "generation": item.generation + 1,
            "differs": item.differs,
        }
        for item in plan.items
    ]
    left = [{"receipt": one.receipt, "destination": one.destination, "why": one.why} for one in plan.left_out]
    return {"token": plan.token, "selection": json.loads(plan.selection.text), "items": items, "left_out": left}


def _words(plan: Plan) -> Iterator[str]:
    for destination, count in Counter(item.destination for item in plan.items).items():
        differing = sum(item.differs for item in plan.items if item.destination == destination)
        yield f"{destination}: 再出力 {count}件（前の出力と内容が変わるもの {differing}件）"
    for item in plan.items:
        changed = "内容が変わる" if item.differs else "同じ内容"
        yield f"  {item.row.receipt} {item.row.procedure} → {item.destination} 第{item.generation + 1}世代 {changed}"
    for one in plan.left_out:
        why = WITHOUT_FINDING.get(one.why) or f"今の定義では保留になります（{one.why} {reason_of(one.why).sentence}）"
        yield f"対象外 {one.receipt} {one.destination}: {why}"
    yield f"確認番号（--token）: {plan.token}"
