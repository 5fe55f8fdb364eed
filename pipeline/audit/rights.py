"""The list of rights (権限棚卸): who may do what by the municipality file, what of it was used in a period, by which OS accounts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, select

from pipeline.audit.openings import openings
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.staff import ROLE_TITLES

UNDECLARED: Final = "職員の設定に無い人"
HEADER: Final = ("職員", "名称", "担当", "権限", "使用回数", "最後の日", "OSのアカウント", "備考")


@dataclass(frozen=True, slots=True)
class Right:
    """One role of one desk. used: acts and openings of the period that needed it. logins: OS accounts that they came from."""

    staff: str
    name: str
    sections: str
    role: str
    used: int
    last: str
    logins: str

    @property
    def remark(self) -> str:
        """What an auditor asks about."""
        if self.role == UNDECLARED:
            return "設定に無い人の行為です"
        return "" if self.used else "この期間に使われていません"

    def cells(self) -> tuple[str, ...]:
        """As a row of the table and of the CSV."""
        role = ROLE_TITLES.get(self.role, self.role)
        return self.staff, self.name, self.sections, role, str(self.used), self.last, self.logins, self.remark


def rights_of(hub: Hub, first: date, last: date) -> list[Right]:
    """Every declared right in the order of the file, then people who acted without one."""
    used = _used(hub, first, last)
    found = list(_declared(hub, used))
    unknown = sorted({who for who, _ in used} - hub.municipality.staff.keys())
    return found + [_right(used, who, UNDECLARED, sorted({role for one, role in used if one == who})) for who in unknown]


Used = Mapping[tuple[str, str], list[tuple[str, str]]]


def _declared(hub: Hub, used: Used) -> Iterator[Right]:
    for who, desk in hub.municipality.staff.items():
        for role in desk.roles:
            names = [hub.municipality.sections[one].name for one in desk.sections if one in hub.municipality.sections]
            uses = used.get((who, role), [])
            yield Right(who, desk.name, "、".join(names), role, len(uses), _last(uses), _logins(uses))


def _right(used: Used, who: str, role: str, roles: list[str]) -> Right:
    uses = [use for one in roles for use in used[who, one]]
    return Right(who, "", "", role, len(uses), _last(uses), _logins(uses))


def _last(uses: list[tuple[str, str]]) -> str:
    return max((day for day, _ in uses), default="")


def _logins(uses: list[tuple[str, str]]) -> str:
    return "、".join(sorted({login for _, login in uses if login}))


def _used(hub: Hub, first: date, last: date) -> Used:
    """By person and role the (day, OS account) of each use."""
    between = acts.c.day.between(first.isoformat(), last.isoformat())
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for act in hub.journal.rows(select(acts).where(acts.c.municipality == hub.code, between)):
        found[act.actor, role_of(hub, act)].append((act.day, act.login))
    for one in openings(hub, first, last):
        if one.right:
            found[one.right, _opening_role(hub, one.right)].append((one.at[:10], ""))
    return found


def role_of(hub: Hub, act: Row[Any]) -> str:
    """The role that an act used: auditors draw, a second person approves; of all others the first that the desk has."""
    if act.kind.startswith("audit_") and act.kind != "audit_measure":
        return "auditor"
    if act.first is not None:
        return "approver"
    return _first_of(hub, act.actor, ("clerk", "it", "accounting", "mail", "numbers", "auditor", "approver", "restricted"))


def _opening_role(hub: Hub, who: str) -> str:
    return _first_of(hub, who, ("numbers", "auditor", "restricted", "it", "clerk"))


def _first_of(hub: Hub, who: str, roles: tuple[str, ...]) -> str:
    desk = hub.municipality.staff.get(who)
    return next((role for role in roles if desk is not None and role in desk.roles), UNDECLARED)
