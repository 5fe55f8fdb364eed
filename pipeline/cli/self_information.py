"""``hub self-information``: what the portal shows a resident, beside the ledger, so that a clerk can explain a difference."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.cli.options import check_atena, chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option
from pipeline.hub import open_hub
from pipeline.orders import check_order
from pipeline.sync.self_information import Beside, Explained, Reading, View, open_self_information
from vocabulary.masking import mask_numbers
from vocabulary.reasons import reasons

SIDES = {"both": "", "portal": "　※台帳にこの記録がありません", "ledger": "　※ポータルにはまだ表示されません"}
HIDDEN = "この方の情報は不開示の設定がされており、ポータルには表示されません。説明は支援措置の担当者が行ってください。"
NOTHING = "ポータルに表示される情報も、台帳の記録もありません。"


@click.command("self-information")
@click.option("--request", "number", required=True, help="請求番号 of the resident's request at the portal.")
@click.option("--atena", required=True, help="宛名番号 of the resident, as found in the resident system.")
@click.option("--actor", default="", help="Who opens it: an office or a person's name or staff number.")
@click.option("--reason", default="", help="Why, in a sentence; it stays in the log.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@municipality_option
@root_option
def self_information(
    *, number: str, atena: str, actor: str, reason: str, as_json: bool, code: str | None, root_folder: Path | None
) -> None:
    """Show 自己情報 as the portal shows it, beside the ledger.

    Example: hub self-information --request J12345678901 --atena 000000000012521 --actor 市民課 --reason 窓口での説明
    """
    check_order(actor, reason)
    check_atena("--atena", atena)
    root, municipality = chosen_root(root_folder), chosen_municipality(code)
    with open_hub(root, municipality, clock_of_command()) as hub:
        view = open_self_information(hub, Reading(number, atena, actor, reason))
    if as_json:
        click.echo(mask_numbers(json.dumps(_data(view), ensure_ascii=False)))
        return
    for line in _lines(view):
        click.echo(mask_numbers(line))


def _data(view: View) -> dict[str, Any]:
    copies = [
        {
            "kind": copy.kind,
            "title": copy.title,
            "side": copy.side,
            "updatedAt": copy.updated_at or None,
            "ledgerAsOf": view.as_of.get(copy.kind) or None,
            "trouble": copy.trouble or None,
            "items": [
                {"label": item.label, "portal": item.portal, "ledger": item.ledger, "differs": _differs(view, copy, item)}
                for item in copy.items
            ],
        }
        for copy in view.copies
    ]
    return {"hidden": view.hidden, "copies": copies}


def _lines(view: View) -> Iterator[str]:
    if view.hidden:
        yield HIDDEN
        return
    for kind, as_of in view.as_of.items():
        if not as_of:
            yield f"{kind}: 台帳の抽出がまだないため、台帳の値は示せません。"
    if not view.copies:
        yield NOTHING
    for copy in view.copies:
        yield f"{copy.title}（{_moments(view, copy)}）{SIDES[copy.side] if view.as_of.get(copy.kind) else ''}"
        if copy.trouble:
            words = reasons().get(copy.trouble)
            yield f"  登録できていない理由: {words.sentence if words else copy.trouble}"
        for item in copy.items:
            yield _item_line(item, differs=_differs(view, copy, item))


def _item_line(item: Beside, *, differs: bool) -> str:
    mark, portal = ("≠" if differs else "　"), item.portal or "（なし）"
    return f"  {mark} {item.label}: {portal}" + (f"　台帳: {item.ledger or '（なし）'}" if differs else "")


def _differs(view: View, copy: Explained, item: Beside) -> bool:
    """Whether the item differs; nothing does where there is no ledger to compare with."""
    return bool(view.as_of.get(copy.kind)) and item.differs


def _moments(view: View, copy: Explained) -> str:
    told = [f"ポータルの更新 {_moment(copy.updated_at)}"] if copy.updated_at else []
    if view.as_of.get(copy.kind):
        told.append(f"台帳 {_moment(view.as_of[copy.kind])} 現在")
    return "、".join(told)


def _moment(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
