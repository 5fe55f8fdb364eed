"""The schedule of tries: about a day, printed in the docs as it is declared; changes of state stand in one place."""

import re
from datetime import timedelta
from pathlib import Path

from pipeline.notices.retry import declared, next_try, schedule_table
from tests.channels.town import at

PROJECT = Path(__file__).resolve().parents[2]


def test_the_docs_print_the_declared_schedule() -> None:
    text = (PROJECT / "docs/notices.md").read_text(encoding="utf-8")
    printed = text.partition("<!-- schedule -->\n")[2].partition("<!-- /schedule -->")[0]
    assert printed.splitlines() == list(schedule_table(declared()))


def test_a_row_is_tried_for_about_a_day_and_then_given_up() -> None:
    assert timedelta(hours=23) < declared().longest <= timedelta(hours=24)
    last = len(declared().wait_minutes)
    assert next_try(declared(), last, at(9)) is not None
    assert next_try(declared(), last + 1, at(9)) is None
    assert next_try(declared(), 1, at(9), 90.0) == at(9, 1).replace(second=30).isoformat()


def test_nobody_changes_the_state_of_what_is_owed_but_the_one_place() -> None:
    writes = re.compile(r"update\((?:notice|status)_outbox\)[^\n]*values\([^)]*\bstate=")
    # Letters are a channel of their own, which no other side answers.
    sources = [path for path in (PROJECT / "pipeline").rglob("*.py") if path.parent.name != "letters"]
    found = [path.name for path in sources if writes.search(path.read_text(encoding="utf-8"))]
    assert found == []
