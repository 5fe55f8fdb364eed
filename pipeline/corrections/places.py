"""What a correction asks for (補正の箇所): a form item, a document or a part of the filing, by its code or as a clerk reads it."""

import difflib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from mappings.procedure import Procedure
from pipeline.act_cases import Case
from pipeline.corrections.terms import declared
from pipeline.errors import ActRefused
from pipeline.finding_places import place_in_japanese
from pipeline.hub import Hub
from pipeline.releases import standing_findings
from vocabulary.masking import mask_numbers
from vocabulary.reasons import reason

PARTS = ("signature", "certificate", "application.xml", "form.pdf", "attachments")
"""Parts of every filing that a resident can set right."""
MOST_ROWS = 10
LONGEST_TEXT = 200
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is asked for. place: as findings name it; says: the sentence for the resident, about things and never values."""

    place: str
    says: str


def correctable(hub: Hub, procedure: Procedure) -> dict[str, str]:
    """Code of every place that a resident may be asked to set right → its Japanese name."""
    return {place: place_in_japanese(hub, procedure, place) for place in _codes(hub, procedure)}


def _codes(hub: Hub, procedure: Procedure) -> Iterator[str]:
    yield from (document.code for document in procedure.documents)
    yield from PARTS
    own, *others = hub.catalogue.groups_of(procedure)
    declared_items = hub.catalogue.items[procedure.business]
    yield from declared_items[own]
    for group in others:
        yield from (f"{group}[{row}].{item}" for row in range(1, MOST_ROWS + 1) for item in declared_items[group])


def named_place(hub: Hub, row: Case, said: str) -> str:
    """The place that a clerk named by code, by Japanese name, or as a finding of the case has it. Raises ActRefused with the nearest."""
    known = correctable(hub, hub.procedure(row.procedure))
    by_title = {title: place for place, title in reversed(known.items())}
    found = {one.place for one in standing_findings(hub, row.id)}
    if said in known or said in found:
        return said
    if said in by_title:
        return by_title[said]
    close = difflib.get_close_matches(said, [*by_title, *known], n=SHOWN, cutoff=0.3) or list(by_title)[:SHOWN]
    remedy = f"近いものは {'、'.join(close)}。審査票の言葉か項目名で書いてください"
    raise ActRefused(f"--item {said}: この手続の様式にも書類にもありません", remedy)


def default_items(hub: Hub, row: Case) -> list[Item]:
    """What the findings of a case say is wrong, as far as the resident can set it right, each place once."""
    procedure = hub.procedure(row.procedure)
    known = correctable(hub, procedure)
    rules = {rule.id: rule.says for rule in procedure.rules}
    found: dict[str, str] = {}
    for one in standing_findings(hub, row.id):
        if can_be_set_right(one.place, one.code, known):
            found.setdefault(one.place, rules.get(one.rule) or reason(one.code).sentence)
    return [Item(place, says[:LONGEST_TEXT]) for place, says in found.items()]


def can_be_set_right(place: str, code: str, known: Container[str]) -> bool:
    """Whether a resident can be asked for what a finding names. known: the places of ``correctable``."""
    return place in known and reason(code).effect == "hold"


def chosen_items(hub: Hub, row: Case, places: Sequence[str], texts: Sequence[str], *, from_findings: Sequence[Item]) -> list[Item]:
    """What a clerk asks for: places with their texts, in order, and before them what the findings say. Raises ActRefused."""
    named = [named_place(hub, row, said) for said in places]
    if texts and len(texts) != len(named):
        remedy = "--item ごとに --text を一つ書くか、どの --text も省いて指摘の文にしてください"
        raise ActRefused(f"--item は{len(named)}個、--text は{len(texts)}個です", remedy)
    said_by_findings = {one.place: one.says for one in default_items(hub, row)}
    items = {one.place: one for one in from_findings}
    for place, text in zip(named, texts or [said_by_findings.get(place, "") for place in named], strict=True):
        items[place] = Item(place, _checked(place, text))
    if not items:
        raise ActRefused("補正を求める箇所がありません", "--item と --text で書くか、指摘のある案件では --findings を使ってください")
    return list(items.values())


def _checked(place: str, text: str) -> str:
    said = " ".join(text.split())
    if not 1 <= len(said) <= LONGEST_TEXT:
        raise ActRefused(f"--item {place}: 本人に伝える文がないか、長すぎます", f"--text に1から{LONGEST_TEXT}文字で書いてください")
    if mask_numbers(said) != said:
        raise ActRefused(f"--item {place}: --text に個人番号があります", "番号を書かずに、何を直すかだけを書いてください")
    return said


def list_of(hub: Hub, procedure: Procedure, items: Sequence[Item]) -> str:
    """The list as the resident reads it, a line for each. Raises ActRefused when a notice cannot hold it."""
    text = "\n".join(f"・{place_in_japanese(hub, procedure, one.place)}：{one.says}" for one in items)
    longest = declared().longest_list
    if len(text) > longest:
        what = f"補正の内容が{len(text)}文字あります。お知らせには{longest}文字まで書けます"
        raise ActRefused(what, "文を短くするか、箇所を分けて求めてください")
    return text
