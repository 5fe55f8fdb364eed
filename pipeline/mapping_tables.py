"""What a procedure's page says beside its fields (関係者、書類、結果、検査、前提), each as a plain table of texts."""

from collections.abc import Iterator

from mappings.catalogue import Catalogue
from mappings.procedure import Procedure
from mappings.rules import Rule
from pipeline.pages.mapping_page import Table
from pipeline.pages.mapping_words import BASES, IDENTIFIED, LEGAL_DAYS, SIGNATURES, STATUS_NAMES
from pipeline.pages.words import SEVERITIES, STATUSES
from vocabulary.dates import to_wareki


def facts_of(procedure: Procedure) -> tuple[tuple[str, str], ...]:
    """Heading and text of what holds for the procedure as a whole."""
    dates = procedure.dates
    facts = (
        ("以前の名称", "、".join(procedure.old_titles)),
        ("種類", procedure.kind),
        ("根拠", procedure.law),
        ("手続を行う人", procedure.service.who),
        ("業務ID・手続ID・様式ID", f"{procedure.business}・{procedure.portal_id}・{procedure.form_id}"),
        ("有効期間", f"{to_wareki(procedure.valid_from)}から" + _until(procedure)),
        ("電子署名", f"{SIGNATURES[procedure.signature.policy]}。署名する人：{procedure.role(procedure.signature.signer).title}"),
        ("法令上の日", LEGAL_DAYS[dates.legal_day] + "（自治体の設定が優先）"),
        ("特例の日数", f"{dates.grace_days}日" if dates.grace_days else ""),
        ("標準処理期間", f"{procedure.processing_days}日" if procedure.processing_days else ""),
        ("保存年限", f"{procedure.retention_years}年"),
    )
    return tuple((heading, text) for heading, text in facts if text)


def tables_of(procedure: Procedure, catalogue: Catalogue) -> tuple[tuple[str, Table], ...]:
    """Heading and table of each part that has rows."""
    assumptions = tuple((one.about, BASES[one.basis]) for one in procedure.assumptions)
    tables = (
        ("関係者", Table(("役割", "様式の場所", "個人番号の欄", "宛名番号の探し方", "必須"), tuple(_roles(procedure)))),
        ("書類", Table(("書類", "求めるとき", "提出の方法", "届くまで待つか"), tuple(_documents(procedure)))),
        ("結果", Table(("結果", "ポータルの状況", "お知らせ"), tuple(_outcomes(procedure)))),
        ("検査", Table(("番号", "確かめること", "満たさないとき", "適用"), tuple(map(_rule, procedure.rules)))),
        ("前提（公開資料で確かめられていないこと）", Table(("内容", "根拠"), assumptions)),
        ("コード表", Table(("コード表", "コード", "名称", "有効期間", "出典"), tuple(_codes(procedure, catalogue)))),
    )
    return tuple((heading, table) for heading, table in tables if table.rows)


def _until(procedure: Procedure) -> str:
    return "" if procedure.valid_until.year == 9999 else f"{to_wareki(procedure.valid_until)}まで"


def _roles(procedure: Procedure) -> Iterator[tuple[str, ...]]:
    for role in procedure.roles:
        ways = "、".join(IDENTIFIED[way] for way in role.identified_by)
        place = f"{role.path}（繰返し）" if role.repeated else role.path
        yield (role.title, place, role.number or "なし", ways, "必須" if role.required else "")


def _documents(procedure: Procedure) -> Iterator[tuple[str, ...]]:
    for document in procedure.documents:
        yield (document.title, document.condition or "いつも", "・".join(document.way), "待つ" if document.blocks else "待たない")


def _outcomes(procedure: Procedure) -> Iterator[tuple[str, ...]]:
    subjects = {notice.id: notice.subject for notice in procedure.notices}
    for outcome in procedure.outcomes:
        yield (outcome.title, STATUS_NAMES[outcome.status], subjects.get(outcome.notice, "送らない"))


def _codes(procedure: Procedure, catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    """Every code of the lists that the procedure's items refer to."""
    groups = [catalogue.items[procedure.business][group] for group in catalogue.groups_of(procedure)]
    for name in sorted({item.code for group in groups for item in group.values() if item.code}):
        for code in catalogue.codelists[name].codes:
            yield (name, code.code, code.name, _period(code.valid_from, code.valid_to), code.source)


def _period(first: str, last: str) -> str:
    return "" if (first, last) == ("0000-01-01", "9999-12-31") else f"{first}から{last}まで"


def _rule(rule: Rule) -> tuple[str, ...]:
    return (rule.id, rule.says, SEVERITIES[rule.severity], STATUSES[rule.status])
