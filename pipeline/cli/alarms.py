"""``hub alarms``: what stands, and the word of a person that it is settled."""

import json
from datetime import datetime
from pathlib import Path

import click

from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option
from pipeline.errors import ActRefused
from pipeline.hub import Hub, open_hub


@click.group()
def alarms() -> None:
    """Alarms (警報) that stand, and ending one. Example: hub alarms list --root var/demo"""


@alarms.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@municipality_option
@root_option
def list_alarms(*, as_json: bool, code: str | None, root_folder: Path | None) -> None:
    """List the alarms that stand, the oldest first; those whose cause is gone end now. Example: hub alarms list --root var/demo"""
    from pipeline.alarms import open_alarms
    from pipeline.daily_duties import look_after
    from pipeline.pages.words import explain, time_text

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        look_after(hub)
        rows = open_alarms(hub)
    if as_json:
        keys = ("kind", "subject", "first_at", "last_at", "times")
        click.echo(json.dumps([{key: getattr(row, key) for key in keys} for row in rows], ensure_ascii=False))
        return
    for row in rows:
        said = explain(row.kind)
        since = time_text(datetime.fromisoformat(row.first_at))
        click.echo(f"{row.kind} {row.subject}　{since}から{row.times}回\n  {said.sentence}\n  {said.remedy}")
    click.echo(f"開いている警報 {len(rows)}件")


@alarms.command("end")
@click.argument("kind")
@click.argument("subject")
@click.option("--actor", required=True, help="Who says so: id of the staff (clerk or it).")
@click.option("--reason", required=True, help="Why it is settled.")
@municipality_option
@root_option
def end(kind: str, subject: str, *, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """End an alarm by hand. Example: hub alarms end FILE_REFUSED hoiku/028.csv --actor joho-01 --reason 再送を確認した"""
    from pipeline.acts import enter_act
    from pipeline.alarms import end_alarm

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        _check_standing(hub, kind, subject)
        _check_right(hub, actor)
        with hub.journal.write() as write:
            act = enter_act(hub, write, kind="alarm_ended", actor=actor, reason=reason, subject=f"{kind} {subject}")
            end_alarm(hub, write, kind=kind, subject=subject, act=act)
    click.echo(f"{kind} {subject}: 解消しました（行為 {act}）。同じ原因でまた起きると、あらためて警報になります。")


def _check_standing(hub: Hub, kind: str, subject: str) -> None:
    from pipeline.alarms import open_alarms
    from pipeline.daily_duties import CLOSE, MORNING

    standing = [(row.kind, row.subject) for row in open_alarms(hub)]
    if (kind, subject) not in standing:
        of_kind = [other for one, other in standing if one == kind] or [" ".join(one) for one in standing]
        raise ActRefused(f"警報 {kind} {subject} は開いていません", f"開いているものは {'、'.join(of_kind[:5]) or 'ありません'}")
    if kind in (CLOSE, MORNING):
        remedy = "日締めをするか（hub close --date）、点検表を作ってください（hub run morning）"
        raise ActRefused(f"警報 {kind} は手では解けません", remedy)


def _check_right(hub: Hub, actor: str) -> None:
    """A clerk of any section or municipal IT may end an alarm."""
    from pipeline.staff import member, require

    if "clerk" not in member(hub, actor).roles:
        require(hub, actor, "it")
