"""A notice as the resident will see it (お知らせの見本): with examples, or with what is known of one application."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select

from mappings.catalogue import Catalogue
from mappings.notice_kinds import NoticeKind
from mappings.notices import Notice
from mappings.procedure import Procedure
from mappings.specification import nearest
from pipeline.errors import ActRefused, SettingError
from pipeline.hub import Hub
from pipeline.journal.decision_tables import decisions
from pipeline.journal.intake_tables import applications
from pipeline.notices.facts import decision_facts, facts_of
from pipeline.pages.notice_page import Preview

CHANNELS = {"portal": "マイナポータル", "letterbox": "民間送達サービス", "paper": "郵送"}
SORTS = {"receipt": "受付", "result": "結果", "correction": "補正"}
OF_CASES = ("マイナポータル", "郵送")
DAYS_OF_CASES = 90


def kinds_of(catalogue: Catalogue) -> list[str]:
    """Every kind of notice: folders, then texts of procedures."""
    texts = [f"{name}/{kind}" for name, one in catalogue.procedures.items() for kind in dict.fromkeys(text.kind for text in one.notices)]
    return [*catalogue.notice_kinds, *texts]


def previews(catalogue: Catalogue, kind: str, known: Mapping[str, str]) -> list[Preview]:
    """Each text of a kind. known: facts by source; the others are examples. Raises SettingError naming the kinds."""
    if kind in catalogue.notice_kinds:
        return [_of_folder(catalogue, catalogue.notice_kinds[kind], known)]
    name, _, sort = kind.partition("/")
    procedure = catalogue.procedures.get(name)
    texts = [text for text in procedure.notices if text.kind == sort] if procedure else []
    if procedure is None or not texts:
        raise SettingError(f"{kind} is no kind of notice", f"known are {nearest(kind, kinds_of(catalogue))}")
    return [_of_procedure(catalogue, procedure, text, known) for text in texts]


def _of_folder(catalogue: Catalogue, kind: NoticeKind, known: Mapping[str, str]) -> Preview:
    facts, _ = catalogue.notice_rules
    words = {source: known.get(source, facts.example(source)) for source in kind.sources.values()}
    subject, body = kind.fill(words)
    channels = tuple(CHANNELS[name] for name in kind.channels)
    basis = kind.ground.words if kind.ground else ""
    sender = known.get("municipality", facts.example("municipality"))
    examples = not words.keys() <= known.keys()
    return Preview(kind.id, kind.title, subject, body, sender, basis, channels, kind.display_days, examples)


def _of_procedure(catalogue: Catalogue, procedure: Procedure, text: Notice, known: Mapping[str, str]) -> Preview:
    facts, _ = catalogue.notice_rules
    words = {name: fact.example for name, fact in facts.of(text.kind).items()}
    words |= {"procedure": procedure.title, "portal_procedure": procedure.title, **known}
    subject, body = text.fill(**words)
    if text.serves_as_decision:
        body = text.serves_as_decision.complete(body, words["reason"])
    kind, title = f"{procedure.id}/{text.kind}", f"{procedure.title}　{SORTS[text.kind]}（{text.id}）"
    examples = not facts.of(text.kind).keys() <= known.keys()
    return Preview(kind, title, subject, body, words["municipality"], procedure.law, OF_CASES, DAYS_OF_CASES, examples)


def known_of(hub: Hub, receipt: str, kind: str) -> dict[str, str]:
    """What is known of an application for a text of this kind.

    Raises SettingError for an unknown one or one of another procedure, ActRefused for one of which nobody is told automatically.
    """
    mine = (applications.c.municipality == hub.code) & (applications.c.receipt == receipt)
    row = next(iter(hub.journal.rows(select(applications).where(mine).order_by(applications.c.id.desc()))), None)
    if row is None:
        raise SettingError(f"{receipt} is no application of {hub.code}", "give a receipt number as the worklist shows it")
    if row.restricted:
        # Anybody may ask, and why nobody is told automatically is no word for everybody.
        raise ActRefused(f"{receipt}: 自動のお知らせを送らない案件です", "本人への伝え方は、担当課の係長に確かめてください")
    procedure, slash, _ = kind.partition("/")
    if slash and procedure != row.procedure:
        raise SettingError(f"{receipt} is an application of {row.procedure}", f"preview {row.procedure}/{kind.partition('/')[2]}")
    return facts_of(hub, row) | _decided(hub, row)


def _decided(hub: Hub, row: Row[Any]) -> dict[str, str]:
    """The facts of its newest decision; reasons stay with the section and are shown as an example."""
    found = select(decisions).where(decisions.c.application == row.id).order_by(decisions.c.id.desc())
    decision = next(iter(hub.journal.rows(found)), None)
    if decision is None:
        return {}
    facts = decision_facts(dict(decision._mapping), "")
    outcomes = {one.id: one.title for one in hub.procedure(row.procedure).outcomes}
    return {name: value for name, value in facts.items() if name != "reason"} | {"outcome": outcomes.get(decision.outcome, "")}


def as_text(preview: Preview) -> str:
    """The notice as plain text."""
    head = [f"件名　{preview.subject}", f"差出人　{preview.sender}", f"経路　{'→'.join(preview.channels)}", f"根拠　{preview.basis}"]
    counted = f"件名 {len(preview.subject)}文字、本文 {len(preview.body)}文字、表示 {preview.days}日"
    return "\n".join([*head, "", *preview.paragraphs, "", counted])
