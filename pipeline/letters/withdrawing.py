"""Letters taken out of the post (差出しの取りやめ): the addressee came under 支援措置, moved or died before it was posted."""

from sqlalchemy import select

from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.letter_tables import letters
from pipeline.letters.addressee import addressee_of, reason_not_to_post
from pipeline.letters.mail_list import write_mail_list
from pipeline.letters.making import letters_folder, stop
from pipeline.letters.posting import UNPOSTED, of_letters


def withdraw_letters(hub: Hub) -> int:
    """Take out every unposted letter that may not go out any more; gives how many. Killed in between, the next run ends it."""
    mine = (letters.c.municipality == hub.code) & UNPOSTED
    for notice in hub.journal.rows(select(notice_outbox).join(letters, of_letters()).where(mine).order_by(letters.c.id)):
        resident = addressee_of(hub, notice)
        with hub.journal.write() as write:
            code = reason_not_to_post(hub, write, notice, resident)
            if code is not None:
                stop(hub, write, notice, code)
    return _clear(hub)


def _clear(hub: Hub) -> int:
    """The batch of the day without what was taken out, then the file itself is gone."""
    out = (letters.c.municipality == hub.code) & (letters.c.state == "made") & (notice_outbox.c.state == "given_up")
    rows = hub.journal.rows(select(letters).join(notice_outbox, of_letters()).where(out).order_by(letters.c.id))
    left = [row for row in rows if (letters_folder(hub, row.day) / row.name).exists()]
    for day in sorted({row.day for row in left}):
        write_mail_list(hub, day)
    for row in left:
        (letters_folder(hub, row.day) / row.name).unlink()
    return len(left)
