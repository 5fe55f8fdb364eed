"""Where official papers contradict each other (項目定義書とAPI仕様書の食い違い), and where our provisional items differ from them."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mappings.item_definition import ApiItem, Definition, OfficialItem
from mappings.items import Group, Item

CONDITIONAL = "条件付き必須"


@dataclass(frozen=True, slots=True)
class Difference:
    """One contradiction. kind: in Japanese. definition, other: what each side says. note: where the other side says it."""

    kind: str
    name: str
    title: str
    definition: str
    other: str
    note: str = ""


def compare(definition: Definition, api: Sequence[ApiItem]) -> list[Difference]:
    """Contradictions between a 項目定義書 and the item tables of an API specification, in the order of the definition."""
    pairs = _pairs(definition.items, api)
    matched = {id(item) for items in pairs.values() for item in items}
    found: list[Difference] = []
    for item in definition.items:
        others = pairs[item.name]
        if not others:
            found.append(Difference("APIに無い", item.name, item.title, _said(item), "", item.cells["データ出力条件"]))
        for other in others:
            found += _differences(item, other)
    spare = {(other.sheet, other.name): other for other in reversed(api) if id(other) not in matched and other.sheet in _sheets_of(pairs)}
    for one in sorted(spare.values(), key=api.index):
        found.append(Difference("項目定義書に無い", one.name, one.title, "", f"{one.type}({one.length})", _place(one)))
    return found + list(_faults_of(api))


def compare_provisional(
    definition: Definition, items: Mapping[str, Mapping[str, Group]], same: Mapping[str, str]
) -> list[Difference]:
    """Provisional items that hold what the definition has too, under another name or with another type or length; once for each kind.

    A person's role may stand before the name (seikyusha_shimei). same: provisional names of official items that are called otherwise.
    """
    official = {item.name: item for item in definition.items}
    places: dict[Difference, list[str]] = {}
    for business, groups in items.items():
        for group, ours in groups.items():
            for item in ours.values():
                if item.status == "provisional":
                    for difference in _provisional(official, item, same):
                        places.setdefault(difference, []).append(f"{business} {group}.{item.name}")
    return [replace(one, note=found[0] + (" など" if found[1:] else "")) for one, found in places.items()]


def _provisional(official: Mapping[str, OfficialItem], item: Item, same: Mapping[str, str]) -> Iterator[Difference]:
    ours = max((name for name in (*official, *same) if f"_{item.name}".endswith(f"_{name}")), key=len, default="")
    theirs = official.get(same.get(ours, ours))
    if theirs is None:
        return
    pairs = (
        ("ローマ字名", theirs.name, ours),
        ("データ型", theirs.cells["データ型"], item.type),
        ("桁数", theirs.cells["桁数"], str(item.length)),
    )
    for kind, said, written in pairs:
        if said != written:
            yield Difference(kind, theirs.name, theirs.title, said, written)


def _pairs(items: Sequence[OfficialItem], api: Sequence[ApiItem]) -> dict[str, list[ApiItem]]:
    """Each item's counterparts: of the same name, else of the same title, else the only one left with its type, length and sample."""
    by_name: dict[str, list[ApiItem]] = {item.name: [other for other in api if other.name == item.name] for item in items}
    taken = {other.name for others in by_name.values() for other in others}
    for same in (_same_title, _same_sample):
        rest = [item for item in items if not by_name[item.name]]
        free = [other for other in api if other.name not in taken]
        found = {item.name: [other for other in free if same(item, other)] for item in rest}
        times = Counter(other.name for others in found.values() for other in others)
        for name, others in found.items():
            if len(others) == 1 and times[others[0].name] == 1:
                by_name[name] = others
                taken.add(others[0].name)
    return by_name


def _same_title(item: OfficialItem, other: ApiItem) -> bool:
    return item.title == other.title


def _same_sample(item: OfficialItem, other: ApiItem) -> bool:
    sample = item.cells["サンプル値"]
    written = unicodedata.normalize("NFKC", other.example).partition("=")[2].strip("\"'”“")
    alike = (item.cells["データ型"], item.cells["桁数"]) == (other.type, other.length)
    return alike and len(sample) > 1 and unicodedata.normalize("NFKC", sample) == written


def _sheets_of(pairs: Mapping[str, Sequence[ApiItem]]) -> set[str]:
    return {other.sheet for others in pairs.values() for other in others}


def _differences(item: OfficialItem, other: ApiItem) -> Iterator[Difference]:
    pairs = (
        ("ローマ字名", item.name, other.name),
        ("項目名", item.title, other.title),
        ("データ型", item.cells["データ型"], other.type),
        ("桁数", item.cells["桁数"], other.length),
        ("必須", item.cells["データ出力条件"], _api_condition(other)),
    )
    for kind, theirs, ours in pairs:
        # A response always carries what it names; only requests may leave an item out.
        if theirs != ours and not (kind == "必須" and ours == "必須" and other.sheet.startswith("レスポンス")):
            yield Difference(kind, item.name, item.title, theirs, ours, _place(other))


def _api_condition(other: ApiItem) -> str:
    return "必須" if other.required else CONDITIONAL if other.condition else "任意"


def _said(item: OfficialItem) -> str:
    return f"{item.cells['データ型']}({item.cells['桁数']})"


def _place(other: ApiItem) -> str:
    return f"{other.sheet} {other.row}行目"


def _faults_of(api: Sequence[ApiItem]) -> Iterator[Difference]:
    """What the specification says wrongly by itself: rows without 項番, one explanation for several items."""
    for item in api:
        if not item.numbered:
            yield Difference("項番なし", item.name, item.title, "", "", _place(item))
    requests = {item.name: item for item in api if item.explanation}
    times = Counter(item.explanation for item in requests.values())
    for item in requests.values():
        if times[item.explanation] > 1:
            yield Difference("説明の重複", item.name, item.title, "", item.explanation, _place(item))
