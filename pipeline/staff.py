"""Staff (職員) who may act on cases: declared in the municipality file, asked before every act (権限の確認)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mappings.specification import Spec
from pipeline.errors import ActRefused

if TYPE_CHECKING:
    from pipeline.hub import Hub

StaffRole = Literal["clerk", "approver", "restricted", "auditor", "it", "numbers", "accounting", "mail"]

ROLE_TITLES: dict[str, str] = {
    "clerk": "担当",
    "approver": "承認者",
    "restricted": "支援措置の案件を見てよい職員",
    "auditor": "監査",
    "it": "情報政策",
    "numbers": "個人番号を見てよい職員",
    "accounting": "会計",
    "mail": "文書発送",
}


class Staff(Spec):
    """A desk (職員) of the municipality file. name: title of the desk, never a person's name. sections: of which it does the work.

    evidence_key: X25519 public key (64 hex digits) with which values of evidence bundles are sealed for whoever sits there.
    """

    name: str = ""
    sections: tuple[str, ...] = ()
    roles: tuple[StaffRole, ...] = Field(min_length=1)
    evidence_key: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who was found to have a right."""

    id: str
    name: str
    sections: frozenset[str]
    roles: frozenset[str]


def member(hub: "Hub", actor: str) -> StaffMember:
    """The declared desk of an id. Raises ActRefused (a SettingError) naming where staff are declared."""
    found = hub.municipality.staff.get(actor)
    if found is None:
        known = "、".join(hub.municipality.staff) or "まだ誰もいません"
        remedy = f"登録されている職員は {known}。自治体設定 municipalities/{hub.code}.yaml の staff で登録します"
        raise ActRefused(f"--actor {actor}: この職員は登録されていません", remedy)
    return StaffMember(actor, found.name, frozenset(found.sections), frozenset(found.roles))


def require(hub: "Hub", actor: str, role: str, section: str | None = None) -> StaffMember:
    """The desk, if it has the role and, where one is named, does the work of the section. Raises ActRefused naming who may."""
    found = member(hub, actor)
    if role in found.roles and (section is None or section in found.sections):
        return found
    of = f"{section} の" if section else ""
    may = who_may(hub, role, section)
    remedy = f"できる職員は {'、'.join(may) or 'まだ誰もいません'}。自治体設定 municipalities/{hub.code}.yaml の staff で決めます"
    raise ActRefused(f"--actor {actor}: {of}{ROLE_TITLES[role]}（{role}）ではありません", remedy)


def require_entitled(hub: "Hub", actor: str, section: str, what: str) -> None:
    """For what touches a protected person. what: as the command names it.

    Raises ActRefused naming who may. It does not say why: that somebody is under 支援措置 is no word for others.
    """
    found = member(hub, actor)
    if "restricted" not in found.roles or section not in found.sections:
        remedy = f"{'、'.join(who_may(hub, 'restricted', section)) or '係長'} に引き継いでください"
        raise ActRefused(f"--actor {actor}: {what} を扱う職員ではありません", remedy)


def who_may(hub: "Hub", role: str, section: str | None = None) -> list[str]:
    """Ids of the desks that have the role in the section, as declared."""
    staff = hub.municipality.staff.items()
    return [name for name, desk in staff if role in desk.roles and (section is None or section in desk.sections)]
