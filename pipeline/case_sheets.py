"""What a 審査票 says about one application: form, certificate and register side by side, findings, documents, proposed start month."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from connectors.package import Package
from mappings.procedure import Procedure
from pipeline.additional_items import additional_rows
from pipeline.case_numbers import numbers_in_words
from pipeline.corrections.chain import chain_of, request_in_words
from pipeline.document_rows import document_rows
from pipeline.filing_day import FilingDay, filing_day
from pipeline.finding_places import place_in_japanese, role_title
from pipeline.hub import Hub
from pipeline.identification_rows import identification_rows
from pipeline.journal.intake_tables import documents, findings, persons, verifications
from pipeline.kinds import kind_of, outcomes_of
from pipeline.loss_ledger import substitutions_of
from pipeline.outside_people import claim_context
from pipeline.printing.case_sheet import (
    Agreement,
    CaseSheet,
    ComparisonRow,
    DocumentRow,
    DocumentState,
    FindingRow,
    ItemRow,
    NoteRow,
    PersonRow,
)
from pipeline.records import load_tables
from pipeline.repeat_rows import filing_of, repeat_rows
from pipeline.residents import Resident, by_atena
from pipeline.rounds import seat_of
from pipeline.section_folders import lies_apart
from pipeline.start_month import propose_start
from pipeline.steps.verify import signer_context
from vocabulary.address_parts import same_lot
from vocabulary.addresses import same_address
from vocabulary.clock import JST
from vocabulary.dates import read_certificate_date, read_date, to_wareki
from vocabulary.findings import Severity
from vocabulary.names import same_name
from vocabulary.reasons import reason

NUMBER_CHECKS = {"ok": "番号確認済", "absent": "記載なし", "mismatch": "番号不一致", "none": "未確認"}
DOCUMENT_STATES = {
    ("electronic", "received"): DocumentState.ELECTRONIC,
    ("post", "owed"): DocumentState.BY_POST,
    ("visit", "owed"): DocumentState.AT_COUNTER,
}
SIGNED = "署名検証済（署名用電子証明書・失効なし）"
UNSIGNED = "署名なし（この手続では署名を求めていません）"
NOT_YET = "署名検証は完了していません"
NOT_AN_END = ("補正を求める", "返戻")
"""What a clerk may decide on any case besides the ends that its procedure names."""


def sheet_of(hub: Hub, row: Row[Any], package: Package) -> CaseSheet:
    """The sheet of an application as the journal knows it now."""
    procedure = hub.procedure(row.procedure)
    people = hub.journal.rows(select(persons).where(persons.c.application == row.id).order_by(persons.c.role, persons.c.ordinal))
    order = {role.role: place for place, role in enumerate(procedure.roles)}
    people.sort(key=lambda person: (order.get(person.role, 99), person.ordinal))
    verification = next(iter(hub.journal.rows(select(verifications).where(verifications.c.application == row.id))), None)
    signer = _signer(hub, row.id, verification)
    start = propose_start(hub, row, procedure)
    return CaseSheet(
        municipality=hub.municipality.name,
        section=hub.municipality.sections[row.section].name,
        procedure=procedure.full_title,
        kind=kind_of(hub, procedure, row.id),
        receipt=row.receipt,
        intake_number=numbers_in_words(hub, row),
        intake_on=date.fromisoformat(row.filed_on),
        filed_on=filing_day(hub, row).day,
        signature=NOT_YET if verification is None else (SIGNED if signer else UNSIGNED),
        people=tuple(_person(hub, procedure, row.id, person) for person in people),
        comparisons=tuple(entry for person in people for entry in _compare(hub, procedure, row.id, person, signer)),
        items=tuple(_items(hub, row, procedure, package)),
        findings=tuple(_findings(hub, procedure, row)),
        documents=tuple(_documents(hub, row.id, procedure, package)),
        results=tuple(dict.fromkeys((*(outcome.title for outcome in outcomes_of(hub, procedure, row.id)), *NOT_AN_END))),
        start_month=start.month,
        reasoning=start.reasoning,
        notes=tuple(_notes(hub, procedure, row.id)),
    )


def _signer(hub: Hub, application: int, verification: Row[Any] | None) -> dict[str, str] | None:
    if verification is None or verification.signer is None:
        return None
    return dict(json.loads(hub.sealing.unseal_text(verification.signer, context=signer_context(hub.code, application))))


def _claim(hub: Hub, application: int, person: Row[Any]) -> dict[str, Any]:
    context = claim_context(hub.code, application, person.role, person.ordinal)
    return dict(json.loads(hub.sealing.unseal_text(person.claim, context=context)))


def _person(hub: Hub, procedure: Procedure, application: int, person: Row[Any]) -> PersonRow:
    claim = _claim(hub, application, person)
    return PersonRow(
        role=role_title(procedure, person.role, person.ordinal),
        name=claim["name"],
        kana=claim["kana"] or "",
        birth=_birth(claim["birth"]),
        atenabango=person.atena or "",
        number_check=NUMBER_CHECKS[person.number_check],
        protected=person.protected,
    )


def _birth(text: str) -> str:
    known = read_date(text)
    return text if known is None else to_wareki(known)


def _compare(hub: Hub, procedure: Procedure, application: int, person: Row[Any], signer: dict[str, str] | None) -> Iterator[ComparisonRow]:
    claim = _claim(hub, application, person)
    register = by_atena(hub, person.atena) if person.atena else None
    certificate = signer if person.role == procedure.signature.signer and person.ordinal == 1 else None
    role = role_title(procedure, person.role, person.ordinal)
    if register is None and certificate is None:
        return
    written = certificate or {"name": "", "birth": "", "address": ""}
    yield _row((role, "氏名"), claim["name"], written["name"], register.name if register else "", _names(written))
    yield _row((role, "生年月日"), _birth(claim["birth"]), _certificate_birth(written["birth"]), _register_birth(register), str.__eq__)
    if claim["address"] and not person.protected:
        address = f"{register.address}　{register.building}".rstrip() if register else ""
        yield _row((role, "住所"), claim["address"], written["address"], address, _addresses(written))


def _certificate_birth(birth: str) -> str:
    known = read_certificate_date(birth) if birth else None
    return to_wareki(known) if known else ""


def _register_birth(register: Resident | None) -> str:
    if register is None:
        return ""
    return register.birth_text if register.birth_unknown else _birth(register.birth)


def _names(certificate: Mapping[str, str]) -> Callable[[str, str], bool]:
    """Comparison of a name with the form's; characters that the certificate had to replace (代替文字) fit any."""
    substitutes = certificate.get("name_substitutes", "")
    return lambda other, form: same_name(other, form, substitutes=substitutes if other == certificate["name"] else "")


def _addresses(certificate: Mapping[str, str]) -> Callable[[str, str], bool]:
    substitutes = certificate.get("address_substitutes", "")
    return lambda other, form: same_address(other, form, substitutes=substitutes if other == certificate["address"] else "")


def _row(of: tuple[str, str], form: str, certificate: str, register: str, same: Callable[[str, str], bool]) -> ComparisonRow:
    """of: role and item."""
    others = [value for value in (certificate, register) if value]
    if not others:
        agreement = Agreement.UNKNOWN
    elif all(value == form for value in others):
        agreement = Agreement.SAME
    elif all(same(value, form) for value in others):
        agreement = Agreement.WRITTEN if of[1] == "住所" else Agreement.VARIANT
    elif of[1] == "住所" and all(same(value, form) or same_lot(value, form) for value in others):
        agreement = Agreement.BUILDING
    else:
        agreement = Agreement.DIFFERENT
    return ComparisonRow(role=of[0], item=of[1], form=form, certificate=certificate, register=register, agreement=agreement)


def _items(hub: Hub, row: Row[Any], procedure: Procedure, package: Package) -> Iterator[ItemRow]:
    """What decides the case, from the mapped records: every coded item of the application's own record by its name in the code list."""
    yield ItemRow("申請日時", _moment(package.manifest.submitted_at))
    yield ItemRow("到達日時", _moment(datetime.fromisoformat(row.arrived_at)))
    if row.previous_receipt:
        yield ItemRow("前回受付番号", _correction(row.previous_receipt, filing_day(hub, row)))
    yield from _course(hub, row)
    yield from repeat_rows(hub, row)
    if seat := seat_of(hub, row):
        yield ItemRow("利用調整の回", seat.reasoning)
    for sentence in substitutions_of(hub, row.id, procedure):
        yield ItemRow("文字の置換え", sentence)
    yield from identification_rows(hub, procedure, row.id)
    tables = load_tables(hub, [row.id]).get(row.id)
    if tables is None:
        return
    group = hub.catalogue.groups_of(procedure)[0]
    for name, item in hub.catalogue.items[procedure.business][group].items():
        value = tables[group].columns[name][0] if tables[group].application else None
        if item.code and value:
            names = hub.catalogue.codelists[item.code].valid_on(hub.clock.today().isoformat())
            yield ItemRow(item.title, names.get(value, value))
    yield from additional_rows(hub, row, package)
    yield from document_rows(hub, row, tables)


def _course(hub: Hub, row: Row[Any]) -> Iterator[ItemRow]:
    """The case as one (案件の経過): its other filings, and what was asked of each with its answer."""
    links = chain_of(hub, row)
    for link in links:
        if link.filing.id != row.id:
            arrived = to_wareki(date.fromisoformat(link.filing.filed_on))
            yield ItemRow("同じ案件の申請", f"受付番号{link.filing.receipt}（{arrived}収受）")
        for request in link.requests:
            yield ItemRow("補正", "。".join(request_in_words(hub, link.filing, request)))


def _correction(previous: str, filed: FilingDay) -> str:
    if filed.unfounded:
        return f"{previous}（同じ手続と人の申請が見つからず、請求日は今回の到達日）"
    return f"{previous}（補正。請求日は初回の受付番号{filed.first}による）"


def _moment(instant: datetime) -> str:
    local = instant.astimezone(JST)
    return f"{to_wareki(local.date())} {local.hour}時{local.minute:02d}分"


def _findings(hub: Hub, procedure: Procedure, row: Row[Any]) -> Iterator[FindingRow]:
    """What a clerk has to act on or to know; documents still to come and other notes stand elsewhere on the sheet."""
    entered = select(findings).where(findings.c.application == row.id, findings.c.severity != Severity.INFO.value)
    for finding in hub.journal.rows(entered.order_by(findings.c.id)):
        if reason(finding.code).effect != "note" or finding.severity == Severity.ALERT.value:
            place = "" if _names_apart(hub, row, finding.place) else finding.place
            yield FindingRow(finding.code, place_in_japanese(hub, procedure, place))


def _names_apart(hub: Hub, row: Row[Any], place: str) -> bool:
    """Whether a place is the 受付番号 of a filing that those who read this sheet must not see."""
    word, _, receipt = place.partition(" ")
    other = filing_of(hub, receipt) if word == "receipt" else None
    return other is not None and lies_apart(hub, other, row)


def _notes(hub: Hub, procedure: Procedure, application: int) -> Iterator[NoteRow]:
    """What rules in warn noticed: shown, stopping nothing; of a released finding, whose rule is in hold, the acts tell."""
    warning = {rule.id: rule.says for rule in procedure.rules if rule.status == "warn"}
    entered = select(findings).where(findings.c.application == application, findings.c.rule.in_(warning))
    for finding in hub.journal.rows(entered.order_by(findings.c.id)):
        yield NoteRow(finding.rule, warning[finding.rule], place_in_japanese(hub, procedure, finding.place))


def _documents(hub: Hub, application: int, procedure: Procedure, package: Package) -> Iterator[DocumentRow]:
    titles = {document.code: document.title for document in procedure.documents}
    for entered in hub.journal.rows(select(documents).where(documents.c.application == application).order_by(documents.c.document)):
        state = {"received": DocumentState.RECEIVED, "exempt": DocumentState.EXEMPT}.get(entered.state, DocumentState.RECEIVED)
        files = [f"添付{place:02d}" for place, file in enumerate(package.attachments, 1) if file.document == entered.document]
        title = titles.get(entered.document, entered.document)
        if entered.lies_at:
            yield DocumentRow(title, state, f"受付番号{entered.lies_at}の申請に添付")
        else:
            yield DocumentRow(title, DOCUMENT_STATES.get((entered.way, entered.state), state), "、".join(files))
