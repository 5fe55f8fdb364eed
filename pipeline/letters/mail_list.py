"""What goes to the post on a day (差出票): counts for the section that posts, and all letters in one PDF. No resident's value."""

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.letter_tables import letters
from pipeline.letters.making import letters_folder, section_of
from pipeline.printing.batch import join_pages
from pipeline.printing.sheets import render
from pipeline.protected_files import replace_file
from vocabulary.dates import to_wareki

COLUMNS = ("通し番号", "ファイル", "担当課", "種類", "枚数", "状態")
STATES = {"made": "作成済", "posted": "差出済", "returned": "返戻"}
TAKEN_OUT = "差出取りやめ"
Line = tuple[str, str]


def letters_of(hub: Hub, day: str) -> list[Row[Any]]:
    """The letters of a day with the kind of their notice, in the order of their 通し番号."""
    told = (notice_outbox.c.kind, notice_outbox.c.application, notice_outbox.c.state.label("notice_state"))
    joined = select(letters, *told).join(notice_outbox, notice_outbox.c.id == letters.c.notice)
    of_day = (letters.c.municipality == hub.code) & (letters.c.day == day)
    return hub.journal.rows(joined.where(of_day).order_by(letters.c.number))


def state_of(row: Row[Any]) -> str:
    """What the section that posts reads of a letter."""
    return TAKEN_OUT if is_taken_out(row) else STATES[row.state]


def is_taken_out(row: Row[Any]) -> bool:
    """Whether it may not go out any more: its notice was given up before it was posted."""
    return bool(row.state == "made" and row.notice_state == "given_up")


def write_mail_list(hub: Hub, day: str) -> Path:
    """Write 差出票 as CSV and PDF and the batch of all letters that are not posted yet. Returns the CSV."""
    rows, folder = letters_of(hub, day), letters_folder(hub, day)
    replace_file(folder / f"差出票_{day}.csv", _csv(hub, rows))
    replace_file(folder / f"差出票_{day}.pdf", _sheet(hub, day, [row for row in rows if not is_taken_out(row)]))
    unposted = [folder / row.name for row in rows if row.state == "made" and not is_taken_out(row)]
    batch = folder / f"郵送文書_{day}.pdf"
    if unposted:
        replace_file(batch, join_pages([file.read_bytes() for file in unposted]))
    else:
        batch.unlink(missing_ok=True)
    return folder / f"差出票_{day}.csv"


def _csv(hub: Hub, rows: list[Row[Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        section, title = line_of(hub, row)
        writer.writerow((row.number, row.name, section, title, row.pages, state_of(row)))
    return text.getvalue().encode("utf-8-sig")


def line_of(hub: Hub, row: Row[Any]) -> Line:
    """Section and kind of a letter's notice in Japanese."""
    section = hub.municipality.sections[section_of(hub, row)].name
    procedure = row.kind.partition("/")[0]
    known = hub.catalogue.procedures.get(procedure)
    return section, known.title if known else hub.catalogue.notice_kinds[row.kind].title


def _sheet(hub: Hub, day: str, rows: list[Row[Any]]) -> bytes:
    numbers: dict[Line, list[int]] = {}
    pages: Counter[Line] = Counter()
    for row in rows:
        line = line_of(hub, row)
        numbers.setdefault(line, []).append(row.number)
        pages[line] += row.pages
    lines = [[*line, str(pages[line]), str(len(found)), _spans(found)] for line, found in sorted(numbers.items())]
    data = {"municipality": hub.municipality.name, "day": to_wareki(date.fromisoformat(day)), "count": len(rows), "rows": lines}
    return render("mail_list", data)


def _spans(numbers: list[int]) -> str:
    """1–3、5 of 1, 2, 3, 5."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return "、".join(str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans)
