"""``hub sync``: the copies at the intermediate server (副本): how fresh they are, what differs, and what a person decides about it."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from pipeline.cli.group import RED
from pipeline.cli.options import (
    chosen_municipality,
    chosen_root,
    clock_of_command,
    municipality_option,
    root_option,
)
from pipeline.cli.sync_words import MOST_LINES, comparison_words, freshness_words, record_words
from pipeline.errors import SettingError
from pipeline.hub import Hub, open_hub
from pipeline.orders import check_order
from pipeline.sync.compare import Compared, compare_kind
from pipeline.sync.drift import approve
from pipeline.sync.explanations import explain, find_record, standing_differences
from pipeline.sync.freshness import freshness
from pipeline.sync.lane import try_again
from pipeline.sync.server import server_of

_ACTOR = click.option("--actor", default="", help="Who decides or looks: an office, a person's name or staff number; it stays in the log.")
_REASON = click.option("--reason", default="", help="Why, in a sentence; it stays in the log.")


@click.group()
def sync() -> None:
    """Copies at the intermediate server (副本): freshness, comparison, decisions. Example: hub sync status"""


@sync.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each kind.")
@municipality_option
@root_option
def show_status(*, as_json: bool, code: str | None, root_folder: Path | None) -> None:
    """How fresh each kind of copies is, and what is held back. Example: hub sync status --json"""
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        found = freshness(hub)
        sections = {name: section.name for name, section in hub.municipality.sections.items()}
    for one in found:
        facts = {**asdict(one), "compared_on": one.compared_on, "unexpected": one.unexpected}
        click.echo(json.dumps(facts, ensure_ascii=False) if as_json else freshness_words(one, sections))
    if not found:
        click.echo("副本の夜間連携は、この自治体の設定にありません。")


@sync.command("compare")
@click.argument("kind", default="")
@municipality_option
@root_option
def compare_now(*, kind: str, code: str | None, root_folder: Path | None) -> None:
    """Compare every copy of KIND, or of all kinds, with the ledger now (全件突合). Example: hub sync compare jidoteate-jukyu"""
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        kinds = _kinds(hub, kind)
        for name in kinds:
            compared = _compare(hub, name)
            click.echo(comparison_words(hub.catalogue.copies[name], compared, standing_differences(hub, name, MOST_LINES)))
        unexpected = sum(one.unexpected for one in freshness(hub) if one.kind in kinds)
    if unexpected:
        sys.exit(RED)


@sync.command("approve")
@click.argument("kind")
@_ACTOR
@_REASON
@municipality_option
@root_option
def approve_drift(*, kind: str, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Let a KIND through once that stopped at the drift limit. Example: hub sync approve KIND --actor 情報政策課 --reason 確認済み"""
    check_order(actor, reason)
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        (name,) = _kinds(hub, kind)
        drift = approve(hub, name, actor, reason)
    click.echo(f"{name}: {drift.night} の夜に止めた差分 {drift.changes:,}件（受理済み {drift.accepted:,}件）の送信を承認しました。")


@sync.command("retry")
@click.argument("kind")
@_ACTOR
@_REASON
@municipality_option
@root_option
def send_again(*, kind: str, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Send the failed records of a KIND (要対応) once more. Example: hub sync retry KIND --actor 情報政策課 --reason 符号を確認した"""
    check_order(actor, reason)
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        (name,) = _kinds(hub, kind)
        records = try_again(hub, name, actor=actor, reason=reason)
    click.echo(f"{name}: 要対応の {records:,}件を、次の夜にもう一度送ります。")


@sync.command("explain")
@click.argument("difference", type=click.IntRange(min=1))
@_ACTOR
@_REASON
@municipality_option
@root_option
def explain_difference(*, difference: int, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Note why the DIFFERENCE of this number stands. Example: hub sync explain 12 --actor 係長 --reason 正本の訂正待ち"""
    check_order(actor, reason)
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        kind = explain(hub, difference, actor=actor, reason=reason)
    click.echo(f"差分 {difference}（{kind}）に説明を記録しました。")


@sync.command("find")
@click.argument("difference", type=click.IntRange(min=1))
@_ACTOR
@_REASON
@municipality_option
@root_option
def find_difference(*, difference: int, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Show whose record a DIFFERENCE is about; the look is in the log. Example: hub sync find 12 --actor 係長 --reason 調査"""
    check_order(actor, reason)
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        found = find_record(hub, difference, actor=actor, reason=reason)
        click.echo(record_words(hub.catalogue.copies[found.kind], found))


def _compare(hub: Hub, kind: str) -> Compared | None:
    with hub.journal.alone(f"copies/{hub.code}") as mine:
        if not mine:
            raise SettingError("the night's work on copies goes on", "compare again when it has ended")
        with server_of(hub) as server:
            return compare_kind(hub, server, kind)


def _kinds(hub: Hub, kind: str) -> tuple[str, ...]:
    """The kind asked for, or all. Raises SettingError."""
    kinds = hub.municipality.copies.kinds if hub.municipality.copies else ()
    if kind and kind not in kinds:
        raise SettingError(f"there is no kind of copies {kind}", f"declared are {', '.join(kinds) or 'none'}")
    return (kind,) if kind else kinds
