"""``hub alarms``: what stands is listed with what to do, and ends by the word of somebody who may say so."""

from pathlib import Path

import pytest

from pipeline.alarms import raise_alarm
from pipeline.cli.options import clock_of_command
from pipeline.hub import open_hub
from pipeline.places import Root
from tests.cli.messages import Hub, one_line

NAHA = "472018"


@pytest.fixture
def alarmed(root: Path) -> Path:
    with open_hub(Root(root), NAHA, clock_of_command()) as hub, hub.journal.write() as write:
        raise_alarm(hub, write, kind="FILE_REFUSED", subject="hoiku/a.csv")
        raise_alarm(hub, write, kind="CLOSE_MISSING", subject="2026-11-24")
        write.leaf("planted")
    return root


def test_an_alarm_ends_with_the_word_of_a_person_and_begins_anew(hub: Hub, alarmed: Path) -> None:
    assert "FILE_REFUSED hoiku/a.csv" in hub("alarms", "list", "--root", alarmed).stdout
    ended = hub("alarms", "end", "FILE_REFUSED", "hoiku/a.csv", "--actor", "joho-01", "--reason", "再送を確認した", "--root", alarmed)
    assert ended.exit_code == 0, ended.stderr
    assert "hoiku/a.csv" not in hub("alarms", "list", "--root", alarmed).stdout
    with open_hub(Root(alarmed), NAHA, clock_of_command()) as opened, opened.journal.write() as write:
        raise_alarm(opened, write, kind="FILE_REFUSED", subject="hoiku/a.csv")
        write.leaf("planted")
    assert '"times": 1' in hub("alarms", "list", "--json", "--root", alarmed).stdout


@pytest.mark.parametrize(
    ("kind", "subject", "actor", "said"),
    [
        ("FILE_REFUSED", "hoiku/b.csv", "joho-01", "hoiku/a.csv"),
        ("FILE_REFUSED", "hoiku/a.csv", "kaikei-01", "joho-01"),
        ("FILE_REFUSED", "hoiku/a.csv", "nobody", "staff"),
        ("CLOSE_MISSING", "2026-11-24", "joho-01", "hub close --date"),
    ],
)
def test_what_cannot_be_ended_is_said_in_one_line(hub: Hub, alarmed: Path, kind: str, subject: str, actor: str, said: str) -> None:
    assert said in one_line(hub("alarms", "end", kind, subject, "--actor", actor, "--reason", "確認", "--root", alarmed))
