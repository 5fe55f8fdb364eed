"""What a clerk reads in the 処理待ち一覧: kinds of work, and which command ends what stands open, by whom."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from pipeline.holds import ON_HOLD
from pipeline.hub import Hub
from pipeline.staff import who_may
from vocabulary.reasons import reason

KINDS: Final = {
    "second": "二人目の承認待ち",
    "hold": "保留",
    "decision": "取り込めない結果",
    "outside": "住登外の確認",
    "repeat": "重複の疑い",
    "documents": "書類待ち",
    "correction": "補正中",
    "lapsed": "補正の期限切れ",
    "withdrawn": "取下げへの対応",
    "waiting": "自動待ち",
}
"""Kinds of work in the order in which a list names them."""

DEADLINES: Final = {"processing": "標準処理期間", "correction": "補正期限", "payment": "支払締日", "round": "利用調整締切"}

SECONDED_BY: Final = {"decision_change": "decide", "decision_revoke": "decide", "evidence_values": "evidence"}
"""Command with which a second person carries out a kind of act; the others are carried out with one of their own name."""

DOCUMENTS: Final = {
    ("electronic", "received"): "電子で受領",
    ("post", "received"): "郵送で受領",
    ("visit", "received"): "来所ずみ",
    ("electronic", "owed"): "電子での提出待ち",
    ("post", "owed"): "郵送待ち",
    ("visit", "owed"): "来所待ち",
}
EXEMPT: Final = "提出免除"


@dataclass(frozen=True, slots=True)
class WayOut:
    """How a person ends a finding. command: without actor and reason; role: of who does it, second: of who has to agree, or empty."""

    command: str
    role: str
    second: str = ""


REPEATED: Final = frozenset({"REPEAT_FILING", "REPEAT_SUSPECTED"})
"""Codes that end when somebody says what a filing is to an earlier one."""
TWO: Final = 2

ASSIGNED: Final = frozenset({"SERIAL_UNKNOWN", "PERSON_NOT_FOUND", "PERSON_AMBIGUOUS"})
"""Codes that end when somebody says which resident is meant."""


def way_out(code: str, receipt: str, *, people: int) -> WayOut | None:
    """The command that ends a finding; None where the hub goes on by itself, or only municipal IT or the resident can mend it.

    people: how many it takes to release it (``releases.people``).
    """
    if code in ASSIGNED:
        return WayOut(f"hub assign {receipt} 役割 宛名番号（役割は child.2 のように書きます）", "clerk", "approver")
    if code in REPEATED:
        return WayOut(f"hub merge {receipt} --of 先の受付番号 --as repeat・replacement・separate", "clerk")
    if code == ON_HOLD:
        return WayOut(f"hub release {receipt} --code {code}", "clerk")
    if reason(code).release == "no":
        return None
    if people == TWO:
        return WayOut(f"hub release {receipt} --code {code}", "clerk", "approver")
    return WayOut(f"hub confirm {receipt} --code {code}", "clerk")


UNREAD: Final = frozenset({"pull", "open"})
"""Stages that stop a case before its form is read: no item of it can be asked for."""
READ: Final = frozenset({"verify", "identify", "map", "check"})


def back_to_filer(codes: Collection[str], receipt: str, set_right: Collection[str]) -> str:
    """How a held case goes back to whoever filed it (補正・返戻); empty where nothing that stands is about the filing itself.

    set_right: places that the findings name and a resident can set right; without any the clerk has to name them.
    """
    stages = {reason(code).stage for code in codes if code != ON_HOLD}
    if stages & UNREAD:
        return f"受け付けずに返すときは hub return {receipt}"
    if stages & READ:
        what = "--findings" if set_right else "--item 箇所 --text 本人に伝える文"
        return f"申請者に直してもらうときは hub correct {receipt} {what}、受け付けずに返すときは hub return {receipt}"
    return ""


def who_in_words(hub: Hub, way: WayOut, section: str, *, restricted: bool) -> str:
    """Who may use the command in a section: 担当 jidoteate-01、承認者 jidoteate-kakaricho."""
    allowed = set(who_may(hub, "restricted", section)) if restricted else None

    def desks(role: str) -> str:
        return "・".join(one for one in who_may(hub, role, section) if allowed is None or one in allowed) or "登録なし"

    return f"担当 {desks(way.role)}" + (f"、承認者 {desks(way.second)}（申し出た人とは別の人）" if way.second else "")
