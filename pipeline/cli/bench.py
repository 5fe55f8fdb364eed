"""``hub bench``: benchmarks with peers and floors, in one run on equal output."""

import json
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from pipeline.bench import exchange, mapping, sync, validation
from pipeline.bench.contest import Score
from pipeline.bench.mapping import UnequalOutputError
from pipeline.cli.group import RED, tell

if TYPE_CHECKING:
    from pipeline.bench import matching, notices


class Result(Protocol):
    """What every benchmark gives."""

    def as_json(self) -> dict[str, Any]:
        """The line of the contract."""
        ...


Found = TypeVar("Found", bound=Result)


@click.group()
def bench() -> None:
    """Measure speed and memory beside peers and the floor (処理速度の測定). Example: hub bench mapping --size 10000"""


@bench.command("mapping")
@click.option("--size", type=click.IntRange(min=1), help="Applications (default: 10000, then 100000, then 1000000).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each size.")
def bench_mapping(size: int | None, *, as_json: bool) -> None:
    """Source columns into fixed-length records, 60 items each. Example: hub bench mapping --size 100000 --json"""
    for one in (size,) if size else mapping.SIZES:
        _show(mapping.measure, one, length=one, words=None if as_json else _mapping_words)


@bench.command("sync")
@click.option("--size", type=click.IntRange(min=1), help="Records (default: 3770000).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each size.")
def bench_sync(size: int | None, *, as_json: bool) -> None:
    """Difference of two sorted files of copies (副本の差分). Example: hub bench sync --size 100000 --json"""
    for one in (size,) if size else sync.SIZES:
        _show(sync.measure, one, length=sync.LAPS, words=None if as_json else _sync_words)


@bench.command("exchange")
@click.option("--size", type=click.IntRange(min=1), help="Records on each side (default: 10000000).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each size.")
def bench_exchange(size: int | None, *, as_json: bool) -> None:
    """Two shuffled sides of exchanges (情報提供等記録の突合). Example: hub bench exchange --size 100000 --json"""
    for one in (size,) if size else exchange.SIZES:
        _show(exchange.measure, one, length=exchange.LAPS, words=None if as_json else _exchange_words)


@bench.command("matching")
@click.option("--size", type=click.IntRange(min=600), help="Residents (default: 100000).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each size.")
def bench_matching(size: int | None, *, as_json: bool) -> None:
    """Claims against a town with people who look alike (宛名特定). Example: hub bench matching --size 10000 --json"""
    from pipeline.bench import matching

    for one in (size,) if size else matching.SIZES:
        _show(matching.measure, one, length=matching.LAPS, words=None if as_json else _matching_words)


@bench.command("validation")
@click.option("--size", type=click.IntRange(min=1000), help="Applications (default: 100000).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each size.")
def bench_validation(size: int | None, *, as_json: bool) -> None:
    """60 checks beside Great Expectations' defaults (検査). Example: hub bench validation --size 10000 --json"""
    for one in (size,) if size else validation.SIZES:
        _show(validation.measure, one, length=validation.LAPS, words=None if as_json else _validation_words)


@bench.command("notices")
@click.option("--size", type=click.IntRange(min=1), help="Notices (default: 10000).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each size.")
def bench_notices(size: int | None, *, as_json: bool) -> None:
    """Notices to one server over TLS, journal included (お知らせの送信). Example: hub bench notices --size 1000 --json"""
    from pipeline.bench import notices

    for one in (size,) if size else notices.SIZES:
        _show(notices.measure, one, length=notices.LAPS, words=None if as_json else _notice_words)


@bench.command("docs")
@click.option("--size", type=click.IntRange(min=1), help="Stored runs of the day (default: 1000).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each size.")
def bench_docs(size: int | None, *, as_json: bool) -> None:
    """Data Docs of a day with many runs (検査結果の文書). Example: hub bench docs --size 1000 --json"""
    from pipeline.bench import docs  # it opens a hub, which the other benchmarks' start need not pay for

    def words(result: docs.Result) -> Iterable[str]:
        opened = "ブラウザーなし" if result.open_s is None else f"{result.open_s:.2f}秒"
        yield f"検査結果の文書の測定 {result.size:,}回の実行"
        yield f"  作成 {result.build_s:.2f}秒（{result.pages}ページと一覧）、1ページを開く {opened}"

    for one in (size,) if size else docs.SIZES:
        _show(docs.measure, one, length=docs.LAPS, words=None if as_json else words)


def _show(
    measure: Callable[[int, Callable[[int], None]], Found], size: int, *, length: int, words: Callable[[Found], Iterable[str]] | None
) -> None:
    """Measure one size and show it in ``words``, or as a line of JSON without them. Unequal output is red."""
    try:
        with click.progressbar(length=length, label=f"{size}", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            result = measure(size, bar.update)
    except UnequalOutputError as error:
        tell(str(error))
        sys.exit(RED)
    click.echo(json.dumps(result.as_json()) if words is None else "\n".join(words(result)))


def _mapping_words(result: mapping.Result) -> Iterable[str]:
    yield f"変換の測定 {result.size:,}件 × {mapping.ITEMS}項目（出力したバイト列は同じ）"
    peers = ((peer.name, peer) for peer in result.peers)
    for name, score in (("本システム", result.ours), *peers, ("下限（空白の書込み）", result.floor)):
        yield _line(name, score, result.times_slower.get(name))


def _sync_words(result: sync.Result) -> Iterable[str]:
    yield f"副本の差分の測定 {result.size:,}件 × {sync.COLUMNS}項目、0.5%が変更（見つけた差分は同じ）"
    peers = ((peer.name, peer) for peer in result.peers)
    others = (("本システム（未整列から）", result.unsorted), ("下限（読取りのみ）", result.floor))
    for name, score in (("本システム", result.ours), *peers, *others):
        yield _line(name, score, result.times_slower.get(name))


def _exchange_words(result: exchange.Result) -> Iterable[str]:
    yield f"情報提供等記録の突合の測定 {result.size:,}件 × {result.size:,}件（見つけた違いは同じ）"
    for name, score in (("本システム", result.ours), ("pandas", result.peer), ("下限（読取りのみ）", result.floor)):
        yield _line(name, score, result.times_slower if name == "pandas" else None)


def _matching_words(result: "matching.Result") -> Iterable[str]:
    yield f"宛名特定の測定 住民{result.size:,}人、似た人{result.pairs:,}組、申請書の人{result.claims:,}人"
    yield f"  {result.load_s:9.3f}秒  住民情報の取込み"
    for name, one in (("本システム", result.ours), ("氏名と生年月日のバイト比較", result.peer)):
        share = one.linked / result.claims
        yield f"  {one.seconds:9.3f}秒  自動特定 {share:6.1%}  誤った特定 {one.wrong}件  {name}"


def _validation_words(result: validation.Result) -> Iterable[str]:
    yield f"検査の測定 {result.size:,}件 × 60検査（判定は同じ）"
    for name, score in (("本システム", result.ours), ("GX（既定の設定）", result.peer), ("下限（値を一度見るだけ）", result.floor)):
        yield _line(name, score, result.times_slower if score is result.peer else None)
    stages = "、".join(f"{word}{result.chain[stage]:.1f}秒" for stage, word in (("map", "変換"), ("check", "検査"), ("release", "出力")))
    yield f"  一連の処理：{stages}。うちGX {result.chain['gx']:.1f}秒（{result.share:.1%}）"


def _notice_words(result: "notices.Result") -> Iterable[str]:
    yield f"お知らせの送信の測定 {result.size:,}件（相手方が受け取ったものは同じ、本システムは記録を含む）"
    for name, score in (("本システム", result.ours), ("requests", result.peer), ("下限（接続のみ）", result.floor)):
        yield _line(name, score, result.times_slower if name == "requests" else None)


def _line(name: str, score: Score, slower: float | None) -> str:
    ratio = f"本システムの{slower:.1f}倍の時間" if slower is not None else ""
    return f"  {score.seconds:9.3f}秒  最大{score.peak_mb:7.1f}MB  {name}  {ratio}".rstrip()
