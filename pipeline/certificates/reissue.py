"""A certificate taken back and issued anew (証明書の取消と再発行): by two people, under a new number; the first one stays, marked."""

from typing import Any

from sqlalchemy import Row, select, update

from pipeline.act_cases import allowed, case_of
from pipeline.certificates.gift import KIND, Gift, check_gift, donor_of, order_of
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.database import Write
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.desk import REPLACED
from pipeline.notices.outbox import owe_notice
from pipeline.notices.states import NOTICES, move
from pipeline.two_people import Entered, ask_or_carry_out

ISSUE, REISSUE = "certificate_issue", "certificate_reissue"


def reissue(hub: Hub, receipt: str, gift: Gift, *, actor: str, reason: str) -> Entered:
    """Ask for it, or carry it out as the second person who says the very same. Raises ActRefused."""
    row = case_of(hub, receipt)
    member = allowed(hub, row, actor)
    check_gift(hub, row, gift)
    with hub.journal.write() as write:
        numbers = _numbers(write, row)
        if not numbers:
            raise ActRefused(f"受付番号 {receipt} の証明書はまだ発行されていません", "hub certificates issue で発行してください")
        if gift.number in numbers:
            raise ActRefused("証明書番号が取り消す証明書と同じです", "再発行する証明書の新しい文書番号を指定してください")
        donor = donor_of(hub, write, row)
        # Both persons say the amount and the day; the log carries neither.
        said = hub.index(f"{gift.amount}/{gift.received_on}/{numbers[-1]}", "certificate")[:16]
        entered = ask_or_carry_out(hub, write, row, member, kind=REISSUE, subject=f"{gift.number} {said}", reason=reason)
        if entered.state == "asked":
            return entered
        _take_back(hub, write, row)
        key = f"application {row.id} certificate {len(numbers) + 1}"
        notice = owe_notice(hub, write, order_of(hub, row, gift, donor, key=key, void=numbers[-1]))
        if notice is None:
            remedy = "自動では送らない方です。担当課の係長に確かめ、直接渡してください"
            raise ActRefused(f"受付番号 {receipt} の証明書は自動では送れません", remedy)
        write.leaf("certificate_issued", notice=notice, application=row.id)
    return entered


def _numbers(write: Write, row: Row[Any]) -> list[str]:
    """The numbers of the certificates of a case, the newest last."""
    mine = (acts.c.application == row.id) & (acts.c.state == "done") & acts.c.kind.in_((ISSUE, REISSUE))
    found = write.read(select(acts.c.kind, acts.c.subject).where(mine).order_by(acts.c.id))
    named = [one.subject if one.kind == ISSUE else one.subject.rpartition(" ")[0] for one in found]
    return list(dict.fromkeys(named))


def _take_back(hub: Hub, write: Write, row: Row[Any]) -> None:
    """What is not out yet goes out no more; what is out stays, marked. Raises ActRefused while it is being sent."""
    mine = (notice_outbox.c.application == row.id) & (notice_outbox.c.kind == KIND)
    if write.read(select(notice_outbox.c.id).where(mine, notice_outbox.c.state == "sending").with_for_update()).first():
        raise ActRefused("取り消す証明書を送信しています", "送信（hub run notify）の後に、もう一度実行してください")
    move(hub, write, NOTICES, mine & notice_outbox.c.state.in_(("owed", "sent")), "given_up", code=REPLACED, next_try_at=None)
    write.execute(update(notice_outbox).where(mine, notice_outbox.c.state == "accepted").values(code=REPLACED))
