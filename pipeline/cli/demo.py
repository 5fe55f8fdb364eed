"""``hub demo``: one business day on one command."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pipeline.cli.group import RED
from pipeline.cli.options import writable_root
from pipeline.demo.world import DEMO_DAY, MUNICIPALITY, SEED, at, prepare_world, start_world, stop_world
from pipeline.places import PROJECT, Root
from vocabulary.clock import Clock

STAGES = (
    "world", "airflow", "refresh_links", "payments", "morning", "intake", "notify", "close", "nightly_sync", "results", "exchange_log",
    "night_report", "collections", "next_morning",
)  # fmt: skip


@click.command()
@click.option("--applications", default=300, show_default=True, type=click.IntRange(min=6), help="Applications that the portal lists.")
@click.option("--seed", default=SEED, show_default=True, help="Another seed is another town.")
@click.option(
    "--root", "root_folder", type=click.Path(file_okay=False, path_type=Path), help="Working root (default: HUB_ROOT, else var/demo)."
)
def demo(applications: int, seed: int, root_folder: Path | None) -> None:
    """Run one business day of a synthetic town and its night (デモ). Example: hub demo --applications 50 --root var/demo"""
    root = writable_root(root_folder or Path(os.environ.get("HUB_ROOT") or PROJECT / "var" / "demo"))
    click.echo(f"{DEMO_DAY} の那覇市（架空の住民）: 申請{applications}件の一日と、その夜を処理します。")
    with click.progressbar(length=len(STAGES), label="一日と夜の処理", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        summary = run_demo(root, applications=applications, seed=seed, ended=lambda: bar.update(1))
    for line in words(summary, root):
        click.echo(line)
    if not is_green(summary):
        sys.exit(RED)


def run_demo(root: Root, *, applications: int, seed: int, ended: Callable[[], None]) -> dict[str, Any]:
    """Prepare, run the day and its night, write ``summary.json``. ended: called after each of ``STAGES``."""
    from pipeline.hub import open_hub, set_up

    set_up_started = time.monotonic()
    prepare_world(root, seed=seed, applications=applications)
    set_up_seconds = time.monotonic() - set_up_started
    ended()
    set_up(root, Clock(at(6)))
    from pipeline.demo.day import AFTER, HOURS, NIGHT, SUCCESS, run_flows, set_up_airflow

    set_up_airflow(root)
    ended()
    running = start_world(root)
    try:
        dags = run_flows(HOURS, running, ended=ended)
        seconds_day = seconds_since_start() - set_up_seconds
        later = run_flows(NIGHT, running, ended=ended), run_flows(AFTER, running, ended=ended)
        for flows in later:
            dags |= {flow: state for flow, state in flows.items() if dags.get(flow, SUCCESS) == SUCCESS}
    finally:
        stop_world(root)
    from pipeline.demo.summary import summarize
    from pipeline.steps.close_day import inspect_day

    with open_hub(root, MUNICIPALITY, Clock(at(23))) as hub:
        seconds = seconds_since_start() - set_up_seconds
        summary = summarize(hub, inspect_day(hub, DEMO_DAY), dags=dags, seconds=seconds, seconds_day=seconds_day)
    draft = root.folder / ".summary.json.part"
    draft.write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    draft.replace(root.folder / "summary.json")
    return summary


def seconds_since_start() -> float:
    """Seconds since this process started, interpreter and imports included."""
    ticks = int(Path("/proc/self/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / 100


def is_green(summary: dict[str, Any]) -> bool:
    """Balanced, every DAG run a success, every defect in its expected outcome."""
    met = all(defect["expected"] == defect["got"] for defect in summary["defects"].values())
    return bool(summary["balanced"]) and met and set(summary["dags"].values()) == {"success"}


def words(summary: dict[str, Any], root: Root) -> list[str]:
    """The summary for people."""
    counts = summary["applications"]
    other = {name: one for name, one in summary["defects"].items() if one["expected"] != one["got"]}
    missed = [f"  想定と異なる結果: {name} 想定 {one['expected']} 結果 {one['got']}" for name, one in other.items()]
    return [
        f"日締め: {'一致' if summary['balanced'] else '不一致'}",
        f"  一覧 {counts['listed']} = 収受 {counts['stored']} + 対象外 {counts['out_of_scope']} + 未取得 {counts['not_fetched']}"
        f" + 取得前取下げ {counts['gone_before_fetch']}",
        f"  繰越 {counts['carried_in']} + 収受 {counts['stored']} = 配信済 {counts['delivered']} + 完結 {counts['settled']}"
        f" + 取下げ {counts['withdrawn']} + 保留 {counts['held']} + 待ち {counts['waiting']}",
        f"  処理状況 {summary['statuses']['sent']}/{summary['statuses']['owed']}"
        f"、お知らせ {summary['notices']['sent']}/{summary['notices']['owed']}（届かず {summary['notices']['undeliverable']}）",
        f"  不備の見本 {len(summary['defects'])}種: {'すべて想定どおり' if not missed else f'{len(missed)}種が想定と異なります'}",
        *missed,
        *_night_words(summary),
        f"  DAG: {', '.join(f'{name} {state}' for name, state in summary['dags'].items())}",
        f"  {summary['seconds']}秒（うち昼 {summary['seconds_day']}秒）",
        f"  報告: {root.folder / 'reports' / 'index.html'}、案件: {root.cases}、配信先: {root.delivered}",
    ]


def _night_words(summary: dict[str, Any]) -> list[str]:
    """The night: copies by kind, and the records of exchange."""
    exchange = summary["exchange"]
    kinds = [
        f"    {kind}: 登録 {counts['registered']}、変更 {counts['changed']}、削除 {counts['deleted']}"
        f"、失敗 {counts['failed']}、待ち {counts['waiting']}"
        for kind, counts in summary["sync"].items()
    ]
    return [
        "夜間処理: 副本の更新",
        *kinds,
        f"  情報提供等記録: 取得 {exchange['fetched']}、一致 {exchange['matched']}、要確認 {exchange['anomalies']}",
    ]
