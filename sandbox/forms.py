"""Application forms (様式) as residents fill them in on the portal: what all procedures share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from lxml import etree

from sandbox.banks import pick_account
from sandbox.town_dice import dice
from sandbox.town_people import Household, Resident
from vocabulary.dates import to_wareki

NAMESPACE = "urn:pittari-profile:application:1"
DEFAULT_PREFIX: Any = {None: NAMESPACE}
"""Makes the namespace the default one; the stubs of lxml know no prefix None."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """The moment of filing. day: the first day on which applications arrive, for ages. chance: how this resident writes."""

    submitted: datetime
    day: date
    chance: Random

    def written(self, day: date) -> str:
        """A date as this resident writes it: ISO, or now and then 和暦."""
        return to_wareki(day) if self.chance.random() < 0.3 else day.isoformat()


@dataclass(frozen=True, slots=True)
class Document:
    """A document that goes with an application. code: 書類コード. kind: pdf, png, jpg or xlsx. data: its bytes, none for a stand-in."""

    code: str
    title: str
    kind: str
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form filled in.

    parts: what stands between 申請者 and 添付書類, None where left blank. persons: everybody whom the form names with a birth date.
    """

    applicant: Resident
    parts: tuple[etree._Element | None, ...]
    persons: tuple[Resident, ...]
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A procedure's form.

    id: our folder name; portal_id 手続ID, form_id 様式ID, version 様式版. signed: whether all residents sign it, or only some.
    """

    id: str
    title: str
    portal_id: str
    form_id: str
    version: str
    signed: bool
    fill: Callable[[Household, Occasion], Filled]


def leaf(name: str, text: str) -> etree._Element:
    """An element with a value."""
    element = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap=DEFAULT_PREFIX)
    element.text = text
    return element


def branch(name: str, *children: etree._Element | None) -> etree._Element:
    """An element with children; None stands for a field left blank."""
    element = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap=DEFAULT_PREFIX)
    element.extend([child for child in children if child is not None])
    return element


def blank_or(name: str, text: str | None) -> etree._Element | None:
    """An optional field: None or an empty text leaves it out."""
    return leaf(name, text) if text else None


def person(resident: Resident, occasion: Occasion, *, sex: bool = True) -> list[etree._Element]:
    """氏名, 氏名カナ, 生年月日 and, where the form asks, 性別."""
    birth = leaf("生年月日", resident.birth_unknown or occasion.written(resident.birth))
    if resident.birth_unknown:
        birth.set("不詳", "1")
    fields = [leaf("氏名", resident.name), leaf("氏名カナ", resident.kana), birth]
    return [*fields, leaf("性別", resident.sex)] if sex else fields


def telephone(resident: Resident) -> str:
    """The resident's telephone number with hyphens, mobile or of the town; always the same one."""
    chance = dice(resident.atena, "telephone")
    low = chance.randint(1000, 9999)
    return f"090-{chance.randint(1000, 9999)}-{low}" if chance.random() < 0.8 else f"098-8{chance.randint(10, 99)}-{low}"


def home_fields(resident: Resident) -> list[etree._Element]:
    """郵便番号, 住所, 電話番号."""
    return [leaf("郵便番号", resident.home.postal), leaf("住所", resident.home.line), leaf("電話番号", telephone(resident))]


def living(member: Resident, head: Resident) -> str:
    """同居別居: 1 when both are in one household, else 2."""
    return "1" if member.household == head.household else "2"


def account(holder: Resident, occasion: Occasion) -> etree._Element:
    """振込口座 at a bank in the holder's name (口座指定区分 1); an ordinary one of ゆうちょ as its 記号番号."""
    chosen = pick_account(occasion.chance, holder_kana=holder.kana)
    if chosen.is_ordinary_postal:
        symbol, number = leaf("ゆうちょ記号", f"1{chosen.branch[:2]}00"), leaf("ゆうちょ番号", f"{int(chosen.number)}1")
        return branch("振込口座", leaf("口座指定区分", "1"), symbol, number, leaf("口座名義カナ", chosen.holder))
    return branch(
        "振込口座",
        leaf("口座指定区分", "1"),
        leaf("金融機関コード", chosen.bank),
        leaf("支店コード", chosen.branch),
        leaf("預金種別", chosen.kind),
        leaf("口座番号", chosen.number),
        leaf("口座名義カナ", chosen.holder),
    )


def public_money_account() -> etree._Element:
    """振込口座 that is the one registered with the state (公金受取口座, 口座指定区分 2), without bank data."""
    return branch("振込口座", leaf("口座指定区分", "2"))


def content(form: Form, filled: Filled, occasion: Occasion, *, attached: Sequence[tuple[str, str]]) -> etree._Element:
    """The whole 申請内容. attached: member name and SHA-256 (hex) of each attachment."""
    applicant = filled.applicant
    mail = f"resident{applicant.atena[-6:]}@example.jp" if occasion.chance.random() < 0.5 else None
    root = branch(
        "申請内容",
        leaf("申請日", occasion.submitted.date().isoformat()),
        branch("申請者", *person(applicant, occasion), *home_fields(applicant), blank_or("メール", mail)),
        *filled.parts,
        branch("添付書類", *(_attached(name, digest) for name, digest in attached)),
    )
    root.set("Id", "shinsei")
    root.set("様式ID", form.form_id)
    root.set("様式版", form.version)
    return root


def _attached(name: str, digest: str) -> etree._Element:
    element = branch("添付")
    element.set("ファイル名", name)
    element.set("ダイジェスト", digest)
    return element
