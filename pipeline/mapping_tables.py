"""What a procedure's page says beside its fields (関係者、書類、結果、検査、前提), each as a plain table of texts."""

from collections.abc import Iterator

from mappings.catalogue import Catalogue
from mappings.procedure import Procedure
from mappings.rules import Rule
from pipeline.pages.mapping_page import Table
from pipeline.pages.mapping_words import ADDITIONAL, BASES, IDENTIFIED, LEGAL_DAYS, SIGNATURES, STARTS, STATUS_NAMES
from pipeline.pages.words import SEVERITIES, STATUSES


def facts_of(procedure: Procedure) -> tuple[tuple[str, str], ...]:
    """Heading and text of what holds for the procedure as a whole."""
    receiving, rounds = procedure.receiving, procedure.rounds
    facts = (
        ("以前の名称", "、".join(procedure.old_titles)),
        ("種類", "・".join(dict.fromkeys((procedure.kind, *(one.kind for one in procedure.kinds))))),
        ("根拠", procedure.law),
        ("手続を行う人", procedure.service.who),
        ("業務ID・手続ID・様式ID", f"{procedure.business}・{procedure.portal_id}・{procedure.form_id}"),
        ("有効期間", _period(procedure.valid_from.isoformat(), procedure.valid_until.isoformat())),
        ("電子署名", f"{SIGNATURES[procedure.signature.policy]}。署名する人：{procedure.role(procedure.signature.signer).title}"),
        ("受付期間", f"毎年{receiving.start}から{receiving.until}まで（期間外は知らせて受け付ける）" if receiving else ""),
        ("利用調整の回", "自治体の設定した締切ごと。締切までの最後の有効な申込を採る" if rounds else ""),
        ("同じ申請とみなす期間", "、".join(procedure.period)),
        ("自治体の選択", "、".join(switch.title for switch in procedure.switches)),
        ("様式に無い追加項目", ADDITIONAL[procedure.additional_items]),
        ("標準処理期間", f"{procedure.processing_days}日" if procedure.processing_days else ""),
        ("保存年限", f"{procedure.retention_years}年"),
    )
    return tuple((heading, text) for heading, text in facts if text)


def tables_of(procedure: Procedure, catalogue: Catalogue) -> tuple[tuple[str, Table], ...]:
    """Heading and table of each part that has rows."""
    of_rules = [(f"{rule.id}：{rule.assumption.about}", rule.assumption.basis) for rule in procedure.rules if rule.assumption]
    stated = [(one.about, one.basis) for one in procedure.assumptions] + of_rules
    assumptions = tuple((about, BASES[basis]) for about, basis in stated)
    tables = (
        ("関係者", Table(("役割", "様式の場所", "個人番号の欄", "宛名番号の探し方", "必須"), tuple(_roles(procedure)))),
        ("日付の規則", Table(("内容", "規則"), tuple(_dates(procedure, catalogue)))),
        ("書類", Table(("書類", "求めるとき", "提出の方法", "扱い"), tuple(_documents(procedure)))),
        ("添付から読む項目", Table(("書類", "様式の項目名", "項目"), tuple(_read_documents(procedure, catalogue)))),
        ("結果", Table(("結果", "種類", "先に必要な書類", "ポータルの状況", "お知らせ"), tuple(_outcomes(procedure)))),
        ("検査", Table(("番号", "確かめること", "満たさないとき", "適用"), tuple(map(_rule, procedure.rules)))),
        ("前提（公開資料で確かめられていないこと）", Table(("内容", "根拠"), assumptions)),
        ("コード表", Table(("コード表", "コード", "名称", "有効期間", "出典"), tuple(_codes(procedure, catalogue)))),
    )
    return tuple((heading, table) for heading, table in tables if table.rows)


def _roles(procedure: Procedure) -> Iterator[tuple[str, ...]]:
    for role in procedure.roles:
        ways = "、".join(IDENTIFIED[way] for way in role.identified_by)
        place = f"{role.path}（繰返し）" if role.repeated else role.path
        yield (role.title, place, role.number or "なし", ways, "必須" if role.required else "")


def _dates(procedure: Procedure, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    dates = procedure.dates
    groups = catalogue.items[procedure.business]
    names = {item.name: item.title for group in catalogue.groups_of(procedure) for item in groups[group].values()}
    yield ("法令上の日", LEGAL_DAYS[dates.legal_day] + "（自治体の設定が優先。補正は最初の申請の日）")
    if dates.start != "none":
        yield ("開始", STARTS[dates.start])
    if dates.event:
        yield ("事由の日", names.get(dates.event, dates.event))
    if dates.grace_days:
        yield ("特例", f"事由の日の翌日から{dates.grace_days}日以内の申請は、その月の申請とみなす（最終日が閉庁日なら翌開庁日まで）")
    for one in dates.reasons:
        changed = [STARTS[one.start]] if one.start else []
        changed += [f"事由の日は{names.get(one.event, one.event)}"] if one.event else []
        yield (f"{names.get(one.item, one.item)}が{'・'.join(one.values)}のとき", "、".join(changed))


def _documents(procedure: Procedure) -> Iterator[tuple[str, ...]]:
    for document in procedure.documents:
        told = (
            ("届くまで待つ", document.blocks),
            ("いつも後から必要", document.always),
            (f"同じ{procedure.role(document.serves).title}の申請に共通" if document.serves else "", bool(document.serves)),
            ("表計算の様式は項目名で読む", bool(document.reads)),
        )
        yield (document.title, document.condition or "いつも", "・".join(document.way), "、".join(text for text, holds in told if holds))


def _read_documents(procedure: Procedure, catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    for document in catalogue.documents_of(procedure).values():
        for group, entries in ((document.group, document.entries), (document.rows.group, document.rows.entries)):
            items = catalogue.items[document.business][group]
            for entry in entries:
                titles = "、".join(f"{items[value.item].title}（{value.item}）" for value in entry.values)
                yield (document.title, " / ".join(entry.labels), titles)


def _outcomes(procedure: Procedure) -> Iterator[tuple[str, ...]]:
    subjects = {notice.id: notice.subject for notice in procedure.notices}
    titles = {document.code: document.title for document in procedure.documents}
    for outcome in procedure.outcomes:
        needs = "、".join(titles[code] for code in outcome.needs)
        status = STATUS_NAMES[outcome.status]
        yield (outcome.title, "・".join(outcome.kinds) or "すべて", needs or "なし", status, subjects.get(outcome.notice, "送らない"))


def _codes(procedure: Procedure, catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    """Every code of the lists that the procedure's items refer to."""
    groups = [catalogue.items[procedure.business][group] for group in catalogue.groups_of(procedure)]
    for name in sorted({item.code for group in groups for item in group.values() if item.code}):
        for code in catalogue.codelists[name].codes:
            yield (name, code.code, code.name, _period(code.valid_from, code.valid_to), code.source)


def _period(first: str, last: str) -> str:
    """The days in words; an open end is not named."""
    start = "" if first == "0000-01-01" else f"{first}から"
    return start + ("" if last == "9999-12-31" else f"{last}まで")


def _rule(rule: Rule) -> tuple[str, ...]:
    return (rule.id, rule.says, SEVERITIES[rule.severity], STATUSES[rule.status])
