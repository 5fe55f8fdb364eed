"""``hub bench``: benchmarks with peers and floors, in one run on equal output."""

import json
import sys

import click

from pipeline.bench import exchange, sync
from pipeline.bench.mapping import ITEMS, SIZES, Result, UnequalOutputError, measure
from pipeline.cli.group import RED, tell


@click.group()
def bench() -> None:
    """Measure speed and memory beside peers and the floor (処理速度の測定). Example: hub bench mapping --size 10000"""


@bench.command("mapping")
@click.option("--size", type=click.IntRange(min=1), help="Applications (default: 10000, then 100000, then 1000000).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each size.")
def bench_mapping(size: int | None, *, as_json: bool) -> None:
    """Source columns into fixed-length records, 60 items each. Example: hub bench mapping --size 100000 --json"""
    for one in (size,) if size else SIZES:
        try:
            result = _measure(one)
        except UnequalOutputError as error:
            tell(str(error))
            sys.exit(RED)
        click.echo(json.dumps(result.as_json()) if as_json else _table(result))


@bench.command("sync")
@click.option("--size", type=click.IntRange(min=1), help="Records (default: 3770000).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each size.")
def bench_sync(size: int | None, *, as_json: bool) -> None:
    """Difference of two sorted files of copies (副本の差分). Example: hub bench sync --size 100000 --json"""
    for one in (size,) if size else sync.SIZES:
        try:
            result = _measure_sync(one)
        except UnequalOutputError as error:
            tell(str(error))
            sys.exit(RED)
        click.echo(json.dumps(result.as_json()) if as_json else _sync_table(result))


def _measure_sync(size: int) -> sync.Result:
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=sync.LAPS, label=f"{size}", file=sys.stderr, hidden=hidden) as bar:
        return sync.measure(size, bar.update)


def _sync_table(result: sync.Result) -> str:
    lines = [f"副本の差分の測定 {result.size:,}件 × {sync.COLUMNS}項目、0.5%が変更（見つけた差分は同じ）"]
    named = (("本システム", result.ours), *((peer.name, peer) for peer in result.peers))
    for name, score in (*named, ("本システム（未整列から）", result.unsorted), ("下限（読取りのみ）", result.floor)):
        ratio = f"本システムの{result.times_slower[name]:.1f}倍の時間" if name in result.times_slower else ""
        lines.append(f"  {score.seconds:9.3f}秒  最大{score.peak_mb:7.1f}MB  {name}  {ratio}".rstrip())
    return "\n".join(lines)


@bench.command("exchange")
@click.option("--size", type=click.IntRange(min=1), help="Records on each side (default: 10000000).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each size.")
def bench_exchange(size: int | None, *, as_json: bool) -> None:
    """Two shuffled sides of exchanges (情報提供等記録の突合). Example: hub bench exchange --size 100000 --json"""
    for one in (size,) if size else exchange.SIZES:
        try:
            result = _measure_exchange(one)
        except UnequalOutputError as error:
            tell(str(error))
            sys.exit(RED)
        click.echo(json.dumps(result.as_json()) if as_json else _exchange_table(result))


def _measure_exchange(size: int) -> exchange.Result:
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=exchange.LAPS, label=f"{size}", file=sys.stderr, hidden=hidden) as bar:
        return exchange.measure(size, bar.update)


def _exchange_table(result: exchange.Result) -> str:
    lines = [f"情報提供等記録の突合の測定 {result.size:,}件 × {result.size:,}件（見つけた違いは同じ）"]
    for name, score in (("本システム", result.ours), ("pandas", result.peer), ("下限（読取りのみ）", result.floor)):
        ratio = f"本システムの{result.times_slower:.1f}倍の時間" if name == "pandas" else ""
        lines.append(f"  {score.seconds:9.3f}秒  最大{score.peak_mb:7.1f}MB  {name}  {ratio}".rstrip())
    return "\n".join(lines)


def _measure(size: int) -> Result:
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=size, label=f"{size}", file=sys.stderr, hidden=hidden) as bar:
        return measure(size, bar.update)


def _table(result: Result) -> str:
    lines = [f"変換の測定 {result.size:,}件 × {ITEMS}項目（出力したバイト列は同じ）"]
    for name, score in (("本システム", result.ours), *((peer.name, peer) for peer in result.peers), ("下限（空白の書込み）", result.floor)):
        ratio = f"本システムの{result.times_slower[name]:.1f}倍の時間" if name in result.times_slower else ""
        lines.append(f"  {score.seconds:9.3f}秒  最大{score.peak_mb:7.1f}MB  {name}  {ratio}".rstrip())
    return "\n".join(lines)
