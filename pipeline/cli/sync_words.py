"""What ``hub sync`` says to clerks (副本の鮮度と差分), in their words; no value of a record among them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mappings.copies import CopyKind
from pipeline.sync.compare import Compared
from pipeline.sync.explanations import FoundRecord, StandingDifference
from pipeline.sync.freshness import ComparedNight, DifferenceGroup, Freshness

_SORT_WORDS: Mapping[str, str] = MappingProxyType(
    {"missing_here": "正本にない", "missing_there": "中間サーバーにない", "value": "値が違う", "older": "中間サーバーが古い"}
)
_CAUSE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "": "原因不明",
        "failed": "登録できず要対応",
        "waiting": "再送待ち",
        "sent": "結果待ち",
        "withheld": "支援措置のフラグ待ち",
        "switch": "新レイアウトへ移行中",
        "drift": "差分の上限で停止中",
    }
)
_AGE_WORDS: Mapping[str, str] = MappingProxyType(
    {"today": "本日から", "week": "7日以内から", "month": "31日以内から", "longer": "31日より前から"}
)
MOST_LINES = 50
"""Most differences that one comparison lists by number."""


def freshness_words(one: Freshness, sections: Mapping[str, str]) -> str:
    """Some lines for one kind. sections: name by id."""
    lines = [
        f"{one.title}（{one.kind}）",
        f"  正本   抽出 {one.extract_as_of or 'なし'}  {one.records:,}件",
        f"  副本   {_accepted_words(one)}",
        f"  要対応 {one.failed:,}件  再送待ち {one.waiting:,}件  結果待ち {one.on_the_way:,}件  フラグ待ち {one.withheld:,}件",
    ]
    if one.stopped:
        way = "承認済み、次の夜に送ります" if one.stopped.state == "approved" else f"hub sync approve {one.kind} で承認します"
        lines.append(f"  差分の上限で停止 {one.stopped.night} の夜、差分 {one.stopped.changes:,}件（{way}）")
    lines.append(f"  全件突合 {one.compared_on or 'まだありません'}  未確認の差分 {one.unexpected:,}件")
    lines += [f"    {_group_words(group)}、担当 {sections.get(group.owner, group.owner)}）" for group in one.differences]
    if len(one.trend) > 1:
        lines.append(f"    推移 {'  '.join(_night_words(night) for night in one.trend)}")
    return "\n".join(lines)


def comparison_words(kind: CopyKind, compared: Compared | None, standing: Sequence[StandingDifference]) -> str:
    """What a comparison found, with the numbers of what stands."""
    if compared is None:
        return f"{kind.title}: 正本の抽出がまだありません。"
    tally = compared.tally
    both = f"正本 {tally.here:,}件、中間サーバー {tally.there:,}件"
    lines = [f"{kind.title}: {both}、差分 {compared.differences:,}件、解消 {compared.resolved:,}件"]
    lines += [f"  {_standing_words(kind, one)}" for one in standing]
    if compared.differences > len(standing):
        lines.append(f"  ほか {compared.differences - len(standing):,}件（hub sync status で内訳を確かめてください）")
    return "\n".join(lines)


def record_words(kind: CopyKind, found: FoundRecord) -> str:
    """Whose record a difference is about."""
    key = "、".join(f"{kind.items[name].title} {value}" for name, value in zip(kind.key, found.key, strict=True))
    item = f"（{kind.items[found.item].title}）" if found.item else ""
    return f"{kind.title} {_SORT_WORDS[found.sort]}{item}: {key}"


def _accepted_words(one: Freshness) -> str:
    if not one.accepted_night:
        return "まだ登録していません"
    return f"{one.accepted_night} の夜に受理、{one.accepted_as_of} の正本まで反映  {one.accepted:,}件"


def _group_words(group: DifferenceGroup) -> str:
    state = "説明済み" if group.state == "explained" else _CAUSE_WORDS[group.cause]
    return f"{_SORT_WORDS[group.sort]} {group.count:,}件（{state}、{_AGE_WORDS[group.age]}"


def _night_words(night: ComparedNight) -> str:
    return f"{night.day[5:]} {sum(night.sorts.values()):,}件"


def _standing_words(kind: CopyKind, one: StandingDifference) -> str:
    state = f"説明済み {one.reason}" if one.state == "explained" else _CAUSE_WORDS[one.cause]
    item = f" {kind.items[one.item].title}" if one.item else ""
    return f"差分 {one.number}: {_SORT_WORDS[one.sort]}{item}（{state}、{one.first_seen} から、担当 {one.owner}）"
