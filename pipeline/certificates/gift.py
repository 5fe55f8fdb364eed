"""寄附金受領証明書 (児童手当に係る寄附): issued by a clerk once the gift was received, as XML and PDF, to the letter-box or on paper.

A decision only says that the offer was accepted; amount and day of the gift are known when the allowance was paid without it. So a person
says them, and the certificate is owed once for each application.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from connectors.letterbox import Document
from pipeline.act_cases import allowed, case_of
from pipeline.acts import enter_act
from pipeline.certificates.xml import certificate_xml, gift_layout
from pipeline.decisions import standing_decision
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import persons
from pipeline.letterbox.documents import kept
from pipeline.notices.facts import facts_of
from pipeline.notices.outbox import NoticeOrder, application_key, owe_notice
from pipeline.printing.glyphs import GlyphMissing
from pipeline.printing.letter_sheet import postal_mark
from pipeline.printing.sheets import SheetError, render
from pipeline.records import load_tables
from pipeline.residents import Resident, by_atena
from vocabulary.dates import to_wareki
from vocabulary.masking import mask_numbers

KIND, PROCEDURE, ACCEPTED = "kifu-shomei", "jidoteate-kifu", "accepted"
GROUP, AMOUNT = "kifumoshide", "kifugaku"
"""Where the record of an offer has its amount."""
MOST = 99_999_999
VOID = "さきに発行した証明書（{number}）は取り消しました。申告には使わず、お手元にあるときは担当課にお返しください。"


@dataclass(frozen=True, slots=True)
class Gift:
    """What a clerk says. amount: yen; received_on: day on which the gift was received; number: 証明書番号 (文書番号).

    differs: the clerk knows that the amount is not the one of the offer, as it came several times or was changed (寄附変更等の申出).
    """

    amount: int = field(repr=False)
    received_on: date
    number: str
    differs: bool = False


def issue(hub: Hub, receipt: str, gift: Gift, *, actor: str, reason: str) -> int:
    """Owe the certificate of an accepted offer. Gives the notice's number. Raises ActRefused for what may not be certified."""
    row = case_of(hub, receipt)
    allowed(hub, row, actor)
    check_gift(hub, row, gift)
    with hub.journal.write() as write:
        donor = donor_of(hub, write, row)
        enter_act(hub, write, kind="certificate_issue", actor=actor, reason=reason, application=row.id, subject=gift.number)
        notice = owe_notice(hub, write, order_of(hub, row, gift, donor))
        if notice is None:
            remedy = "発行済みか、自動では送らない方です。担当課の係長に確かめ、必要なら直接渡してください"
            raise ActRefused(f"受付番号 {receipt} の証明書は自動では送れません", remedy)
        write.leaf("certificate_issued", notice=notice, application=row.id)
    return notice


def check_gift(hub: Hub, row: Row[Any], gift: Gift) -> None:
    """Raises ActRefused for what may not be certified."""
    if row.procedure != PROCEDURE:
        raise ActRefused(f"受付番号 {row.receipt} は寄附の申出ではありません", "児童手当に係る寄附の申出の受付番号を指定してください")
    if not 1 <= gift.amount <= MOST:
        raise ActRefused("寄附金額が正しくありません", f"1円から{MOST:,}円までの整数で指定してください")
    if gift.received_on > hub.clock.today():
        raise ActRefused("受領日が先の日付です", "寄附を受けた日（児童手当の支払日）を指定してください")
    if not gift.number.strip() or len(gift.number) > gift_layout().items[0].longest:
        raise ActRefused("証明書番号が空か長すぎます", "文書番号を60字までで指定してください")
    if mask_numbers(gift.number) != gift.number:
        raise ActRefused("証明書番号に個人番号が書かれています", "文書番号だけを指定してください")
    if not gift.differs and offered_amount(hub, row) not in ("", str(gift.amount)):
        remedy = "受けた額を確かめてください。何回か受けたときや額の変更があったときは --differs を付けます"
        raise ActRefused("寄附金額が申出の寄附額と違います", remedy)


def offered_amount(hub: Hub, row: Row[Any]) -> str:
    """The amount of the offer in yen; empty for an offer of the whole allowance (全部の寄附)."""
    tables = load_tables(hub, [row.id]).get(row.id, {})
    return next((str(amount) for amount in tables[GROUP].columns[AMOUNT] if amount), "") if GROUP in tables else ""


def donor_of(hub: Hub, write: Write, row: Row[Any]) -> Resident:
    """Who gave, as the register has them now. Raises ActRefused without a standing decision 受理 or an address."""
    decision = standing_decision(write, row.id)
    if decision is None or decision.kind == "revoke" or decision.outcome != ACCEPTED:
        raise ActRefused(f"受付番号 {row.receipt} の申出は受理されていません", "受理の決定を入力してから発行してください")
    claimant = (persons.c.application == row.id) & (persons.c.role == "claimant") & (persons.c.ordinal == 1)
    atena = write.read(select(persons.c.atena).where(claimant)).scalar()
    found = by_atena(hub, atena) if atena else None
    if found is None or not found.address:
        raise ActRefused("寄附者の住所が住民情報にありません", "本人を確かめ、担当課で証明書を作成してください")
    return found


def order_of(hub: Hub, row: Row[Any], gift: Gift, donor: Resident, *, key: str = "", void: str = "") -> NoticeOrder:
    """The notice that carries a certificate. key: its subject where it is not the first one; void: number of the one that it stands for."""
    kind = hub.catalogue.notice_kinds[KIND]
    gifts = {"gift_amount": f"{gift.amount:,}", "gift_date": to_wareki(gift.received_on), "document_number": gift.number}
    gifts["void_words"] = VOID.format(number=void) if void else ""
    subject, body = kind.fill({**facts_of(hub, row), **gifts})
    return NoticeOrder(
        kind=KIND,
        sort=kind.kind_of,
        subject_key=key or application_key(row.id),
        atena=donor.atena,
        business=kind.business,
        subject=subject,
        body=body,
        application=row.id,
        extras=kept(hub, f"certificate/{hub.code}/{row.id}", documents_for(hub, row, gift, donor)),
        channels=kind.channels,
        display_days=kind.display_days,
    )


def documents_for(hub: Hub, row: Row[Any], gift: Gift, donor: Resident) -> tuple[Document, Document]:
    """XML and PDF of the certificate. Raises ActRefused where a character cannot be printed."""
    values = _values(hub, row, gift, donor)
    try:
        pdf = render("certificate", {**values, **_words(values, gift, donor)})
    except (GlyphMissing, SheetError) as error:
        raise ActRefused("証明書を印刷できません", "文字か長さのためです。担当課で証明書を作成してください") from error
    name = f"kifu-shomei_{row.receipt}"
    xml = certificate_xml(gift_layout(), values)
    return Document(f"{name}.xml", "application/xml", xml), Document(f"{name}.pdf", "application/pdf", pdf)


def _values(hub: Hub, row: Row[Any], gift: Gift, donor: Resident) -> dict[str, str]:
    return {
        "証明書番号": gift.number,
        "発行日": hub.clock.today().isoformat(),
        "発行者コード": hub.code,
        "発行者": hub.municipality.name,
        "担当課": hub.municipality.sections[row.section].name,
        "寄附者氏名": donor.name,
        "寄附者住所": f"{donor.address}{donor.building}",
        "寄附金額": str(gift.amount),
        "受領日": gift.received_on.isoformat(),
        "寄附の目的": gift_layout().purpose,
        "受付番号": row.receipt,
    }


def _words(values: dict[str, str], gift: Gift, donor: Resident) -> dict[str, str]:
    """What the page says in other words than the data."""
    return {
        "発行日": to_wareki(date.fromisoformat(values["発行日"])),
        "受領日": to_wareki(gift.received_on),
        "寄附金額": f"{gift.amount:,}円",
        "郵便番号": postal_mark(donor.postal_code),
        "発行者長": f"{values['発行者']}長",
    }
