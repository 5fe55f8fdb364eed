"""The case that a person acts on (行為の対象): found by 受付番号, and the rights that acting on it takes."""

import re
from typing import Any

from sqlalchemy import Row, select

from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import obligations
from pipeline.journal.intake_tables import applications
from pipeline.rounds import is_handed_on
from pipeline.staff import StaffMember, member, require, require_entitled, who_may

Case = Row[Any]
_VERSION = re.compile("[0-9]{1,9}")

ENDED = {
    "delivered": "配信済みです。業務システムが受け取った記録は、ハブからは止められません",
    "settled": "すでに完結しています",
    "withdrawn": "申請者が取り下げています",
}


def case_of(hub: Hub, receipt: str) -> Case:
    """The application with a 受付番号, or with the name of its case folder (受付番号-v2). Raises ActRefused."""
    found = hub.journal.rows(select(applications).where(applications.c.municipality == hub.code).where(_named(receipt)))
    if not found:
        raise ActRefused(f"受付番号 {receipt} の申請は届いていません", "審査票の受付番号を確かめてください")
    exact = [row for row in found if receipt == f"{row.receipt}-v{row.version}"]
    if len(found) > 1 and not exact:
        names = "、".join(f"{row.receipt}-v{row.version}" for row in found)
        raise ActRefused(f"受付番号 {receipt} には内容の異なる申請があります", f"{names} のどれかを指定してください")
    case: Case = (exact or found)[0]
    return case


def _named(receipt: str) -> Any:  # noqa: ANN401  SQLAlchemy's own types say no more
    base, _, version = receipt.rpartition("-v")
    same = applications.c.receipt == receipt
    return same | ((applications.c.receipt == base) & (applications.c.version == int(version))) if _VERSION.fullmatch(version) else same


def allowed(hub: Hub, row: Case, actor: str, role: str = "clerk") -> StaffMember:
    """Whoever may act on the case: of its section, and entitled where it is restricted. Raises ActRefused naming who may."""
    found = require(hub, actor, role, row.section)
    if row.restricted:
        require_entitled(hub, actor, row.section, f"受付番号 {row.receipt}")
    return found


def may_read(hub: Hub, row: Case, actor: str) -> bool:
    """Whether a desk may read the case: auditors, IT, and its section, entitled where it is restricted. Raises ActRefused."""
    desk = member(hub, actor)
    if not desk.roles.isdisjoint(("auditor", "it")):
        return True
    return row.section in desk.sections and (not row.restricted or "restricted" in desk.roles)


def check_reader(hub: Hub, row: Case, actor: str) -> None:
    """Raises ActRefused for whoever may not read the case, in the same words whatever the reason is."""
    if not may_read(hub, row, actor):
        remedy = f"{'、'.join(who_may(hub, 'restricted', row.section)) or '係長'} に頼んでください"
        raise ActRefused(f"--actor {actor}: 受付番号 {row.receipt} の記録を見られる職員ではありません", remedy)


def admit_reader(hub: Hub, row: Case, actor: str) -> None:
    """``check_reader``; a look at a restricted case is written down before anything of it is shown."""
    check_reader(hub, row, actor)
    if row.restricted:
        with hub.journal.write() as write:
            write.leaf("restricted_case_read", municipality=hub.code, application=row.id, actor=actor)


def unfinished(write: Write, row: Case) -> Case:
    """The case as it stands now, locked, with nothing of it in a file. Raises ActRefused when it is too late to act."""
    # The release takes the same locks, so that a case is either in a file or in the hands of a person.
    write.read(select(obligations.c.state).where(obligations.c.application == row.id).with_for_update()).all()
    now = write.read(select(applications).where(applications.c.id == row.id).with_for_update()).one()
    if now.disposition in ENDED:
        raise ActRefused(f"受付番号 {row.receipt} は{ENDED[now.disposition]}", "必要なときは業務システムで取り消すか直してください")
    if write.read(select(is_handed_on(row.id))).scalar_one():
        what = f"受付番号 {row.receipt} はすでに出力ファイルに入っています。ほかの申請と一つのファイルのため、抜き取れません"
        raise ActRefused(what, "受け取る業務システムで取り消すか直してください")
    return now
