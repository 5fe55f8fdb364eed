"""``hub campaign``: plan, approve, stop, resume a campaign (一斉のお知らせ), and see how far it is."""

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

_ACTOR = click.option("--actor", required=True, help="Id of the desk that acts, as declared under staff.")
_REASON = click.option("--reason", required=True, help="Why, in a sentence; it stays in journal and log. No 個人番号.")


@click.group()
def campaign() -> None:
    """Notices to many at once (一斉のお知らせ). Example: hub campaign plan nyuyoji-kenshin --date 2026-11-24 --dry-run"""


@campaign.command("plan")
@click.argument("kind")
@date_option
@click.option("--dry-run", is_flag=True, help="Only show how many, and who would be left out and why; keep nothing.")
@click.option("--list", "listed", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV (宛名番号) of the section.")
@click.option("--actor", default="", help="Id of the desk that plans; needed unless --dry-run.")
@click.option("--reason", default="", help="Why, in a sentence; needed unless --dry-run.")
@municipality_option
@root_option
def plan(
    *, kind: str, day: date | None, dry_run: bool, listed: Path | None, actor: str, reason: str, code: str | None, root_folder: Path | None
) -> None:
    """Choose the people of a kind of notice. Example: hub campaign plan yobo-sesshu --actor boshi-01 --reason 11月分"""
    from pipeline.campaigns.plan_lists import read_people, write_plan_lists
    from pipeline.campaigns.planning import enter_plan, make_plan
    from pipeline.hub import open_hub
    from vocabulary.reasons import reason as reason_of

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        made = make_plan(hub, kind, day or hub.clock.today(), read_people(listed) if listed else ())
        key = None if dry_run else enter_plan(hub, made, actor=actor, reason=reason)
        file = write_plan_lists(hub, made, f"campaign_{key or 'dry-run'}_{kind}")
    click.echo(f"{made.kind.title} {made.day}: 送る {len(made.chosen):,}人　除く {sum(made.left_out.values()):,}人　{file}")
    for name, count in sorted(made.left_out.items()):
        click.echo(f"  {name} {count:,}人　{reason_of(name).sentence}")
    if key is not None:
        click.echo(f"一斉のお知らせ {key} を計画しました。承認: hub campaign approve {key} --number 決裁番号 --actor 承認者")


@campaign.command("approve")
@click.argument("key", type=ROW_NUMBER, metavar="ID")
@click.option("--number", required=True, help="決裁番号.")
@_ACTOR
@municipality_option
@root_option
def approve(*, key: int, number: str, actor: str, code: str | None, root_folder: Path | None) -> None:
    """Let a planned campaign go, as a second person. Example: hub campaign approve 1 --number 地保第12号 --actor boshi-kakaricho"""
    from pipeline.campaigns.approval import approve as let_go
    from pipeline.campaigns.approval import campaign_of
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        let_go(hub, key, number=number, actor=actor)
        row = campaign_of(hub, key)
    click.echo(f"一斉のお知らせ {key} を承認しました。次の hub run notify で最初の{row.first_wave}人に送ります。")
    click.echo(f"残りは、その{row.pause_hours}時間後から送ります。止めるには hub campaign stop {key}。")


@campaign.command("stop")
@click.argument("key", type=ROW_NUMBER, metavar="ID")
@_ACTOR
@_REASON
@municipality_option
@root_option
def stop(*, key: int, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Stop a campaign at once. Example: hub campaign stop 1 --actor boshi-01 --reason 日程の誤り"""
    from pipeline.campaigns.approval import stop as stop_campaign
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        held = stop_campaign(hub, key, actor=actor, reason=reason)
    click.echo(f"一斉のお知らせ {key} を停止しました。送信待ちの {held:,}件 は送りません。再開は hub campaign resume {key}。")


@campaign.command("resume")
@click.argument("key", type=ROW_NUMBER, metavar="ID")
@_ACTOR
@_REASON
@municipality_option
@root_option
def resume(*, key: int, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Let a stopped campaign go on. Example: hub campaign resume 1 --actor boshi-kakaricho --reason 日程を直した"""
    from pipeline.campaigns.approval import resume as resume_campaign
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        owed = resume_campaign(hub, key, actor=actor, reason=reason)
    click.echo(f"一斉のお知らせ {key} を再開しました。{owed:,}件 を送信待ちに戻しました。")


@campaign.command("status")
@municipality_option
@root_option
def status(*, code: str | None, root_folder: Path | None) -> None:
    """Show every campaign with its figures, without people. Example: hub campaign status"""
    from sqlalchemy import select

    from pipeline.campaigns.approval import STATE_TITLES, figures
    from pipeline.hub import open_hub
    from pipeline.journal.campaign_tables import campaigns

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        rows = hub.journal.rows(select(campaigns).where(campaigns.c.municipality == hub.code).order_by(campaigns.c.id))
        lines = [(row, figures(hub, row)) for row in rows]
    for row, counts in lines:
        said = "　".join(f"{name} {count:,}" for name, count in counts.items())
        click.echo(f"{row.id} {row.kind} {row.day} {STATE_TITLES[row.state]}　{said}")
    if not lines:
        click.echo("一斉のお知らせはまだありません。")
