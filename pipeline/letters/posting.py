"""What became of letters (差出しと返戻): the section that posts says so, and a letter that came back becomes somebody's work."""

from sqlalchemy import ColumnElement, func, select, update

from pipeline.acts import enter_act
from pipeline.alarms import raise_alarm
from pipeline.errors import SettingError
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.letter_tables import letters
from pipeline.staff import require

UNPOSTED = (letters.c.state == "made") & (notice_outbox.c.state == "sent")
"""The SQL condition on letters that lie with the section that posts; of one that was taken out the notice is given up."""


def of_letters() -> ColumnElement[bool]:
    """The SQL condition that joins a letter and its notice."""
    return notice_outbox.c.id == letters.c.notice


def post_day(hub: Hub, day: str, last: int, *, actor: str, reason: str) -> int:
    """Note that the letters of a day were posted (差出済); their notices are then told. Returns how many. Raises SettingError.

    last: 通し番号 of the last one. What was made after the print is no part of what the post has.
    """
    require(hub, actor, "mail")
    of_day = (letters.c.municipality == hub.code) & (letters.c.day == day)
    newest = hub.journal.scalar(select(func.max(letters.c.number)).where(of_day)) or 0
    if newest and not 1 <= last <= newest:
        raise SettingError(f"{day}: there is no letter {last}", f"give the 通し番号 of the last letter that was posted, 1 to {newest}")
    made = select(letters).join(notice_outbox, of_letters()).where(of_day, letters.c.number <= last, UNPOSTED)
    rows = hub.journal.rows(made)
    if not rows:
        raise SettingError(f"{day}: there is no letter to post", "hub letters list shows what was made on which day")
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind="letters_posted", actor=actor, reason=reason, subject=day)
        for row in rows:
            same = (letters.c.id == row.id) & (letters.c.state == "made")
            posted = update(letters).where(same).values(state="posted", posted_on=hub.clock.today().isoformat(), act=act)
            if write.execute(posted).rowcount:
                write.execute(update(notice_outbox).where(notice_outbox.c.id == row.notice).values(state="accepted"))
        write.leaf("letters_posted", day=day, letters=len(rows))
    return len(rows)


def take_back(hub: Hub, name: str, *, actor: str, reason: str) -> None:
    """Note that a letter came back (宛先不明など): its notice is undeliverable, and an alarm tells the section. Raises SettingError."""
    require(hub, actor, "mail")
    found = hub.journal.rows(select(letters).where(letters.c.municipality == hub.code, letters.c.name == name))
    row = next(iter(found), None)
    if row is None or row.state != "posted":
        raise SettingError(f"{name}: no letter of that name was posted", "give the file name of 差出票, as letter_0a1b2c3d4e5f.pdf")
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind="letter_returned", actor=actor, reason=reason, subject=name)
        returned = {"state": "returned", "returned_on": hub.clock.today().isoformat(), "act": act}
        write.execute(update(letters).where(letters.c.id == row.id).values(**returned))
        undelivered = {"state": "undeliverable", "code": "LETTER_RETURNED"}
        write.execute(update(notice_outbox).where(notice_outbox.c.id == row.notice).values(**undelivered))
        raise_alarm(hub, write, kind="LETTER_STOPPED", subject=name)
        write.leaf("letter_returned", letter=row.id, notice=row.notice)
