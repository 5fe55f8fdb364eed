"""``hub notices``: what a person sees and decides of both channels, who may, and that nothing is said twice."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from connectors.errors import PermanentError
from pipeline.alarms import open_alarms
from pipeline.cli import main
from pipeline.journal.act_tables import acts
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.journal.intake_tables import applications
from tests.channels.town import NAHA, at, effects, owe_notices, owe_statuses, sent_statuses

Ask = Callable[..., Result]
IT = ("--actor", "joho-01", "--reason", "相手方に確かめた")


@pytest.fixture
def ask(town: Any) -> Ask:
    """``hub notices …`` on the town."""

    def call(*arguments: str) -> Result:
        place = ("--root", str(town.root), "--municipality", NAHA)
        return CliRunner().invoke(main, ["notices", *arguments, *place], prog_name="hub", env={"HUB_NOW": at(11).isoformat()})

    return call


@pytest.fixture
def refused(town: Any) -> None:
    """On each channel one row refused for good, one with an unknown code, and one that went out."""
    with town.hub(at(10)) as hub:
        owe_notices(hub, range(1, 4))
        owe_statuses(hub, range(1, 4), "RECEIVED")
    town.arm("channels-refuse")
    for step in ("statuses", "notices"):
        with pytest.raises(PermanentError, match="NEW_RULE"):
            town.run(step, at(10))
    town.arm("quiet")


def listed(ask: Ask) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ask("list", "--json").stdout)
    return found


def name_of(ask: Ask, code: str) -> str:
    (found,) = [one["name"] for one in listed(ask) if one["code"] == code]
    return str(found)


@pytest.mark.usefixtures("refused")
def test_a_person_has_the_unknown_tried_anew_and_gives_up_what_is_refused(town: Any, ask: Ask) -> None:
    assert sorted((one["state"], one["for_person"]) for one in listed(ask)) == [("refused", True)] * 2 + [("sending", True)] * 2
    assert "職員の判断を待つもの 4件" in ask("list").stdout
    for one in listed(ask):
        done = ask("retry" if one["state"] == "sending" else "give-up", one["name"], *IT)
        assert done.exit_code == 0, done.output
    with town.hub(at(11)) as hub:
        assert [row.kind for row in open_alarms(hub)] == []
        assert sorted(row.kind for row in hub.journal.rows(select(acts))) == ["notice_given_up"] * 2 + ["notice_retried"] * 2
    for step in ("statuses", "notices"):
        town.run(step, at(11))
    assert listed(ask) == []
    assert (len(effects(town.root, "notice")), len(sent_statuses(town.root))) == (2, 2)


@pytest.mark.usefixtures("refused")
def test_what_a_person_gave_up_is_given_up_once_and_may_be_taken_up_again(ask: Ask) -> None:
    name = name_of(ask, "NOTICE")
    assert ask("give-up", name, *IT).exit_code == 0
    again = ask("give-up", name, *IT)
    assert (again.exit_code, "すでに" in again.output) == (2, True)
    assert ask("retry", name, *IT).exit_code == 0
    twice = ask("retry", name, *IT)
    assert (twice.exit_code, "次の実行で送ります" in twice.output) == (2, True)


def test_what_the_next_run_sends_anyway_or_was_sent_takes_no_word_of_a_person(town: Any, ask: Ask) -> None:
    with town.hub(at(10)) as hub:
        (owed, being_sent) = owe_notices(hub, range(1, 3))
        with hub.journal.write() as write:
            write.execute(update(notice_outbox).where(notice_outbox.c.id == being_sent).values(state="sending"))
            write.leaf("prepared")
    assert "次の実行で送ります" in ask("retry", str(owed), *IT).output
    assert "送信中" in ask("give-up", str(being_sent), *IT).output
    town.run("notices", at(10))
    assert "送信ずみ" in ask("retry", str(owed), *IT).output


@pytest.mark.parametrize("name", ["99", "abc", "20261124-00000099/RECEIVED", "20261124-00000001/NOWHERE", "/", "１"])
def test_an_id_that_does_not_exist_is_one_line_with_a_remedy(ask: Ask, name: str) -> None:
    for command in ("retry", "give-up"):
        said = ask(command, name, *IT)
        assert (said.exit_code, len(said.stderr.splitlines())) == (2, 1), said.output
        assert "hub notices list" in said.stderr


@pytest.mark.usefixtures("refused")
def test_only_it_and_the_clerks_of_the_case_may_decide(town: Any, ask: Ask) -> None:
    name = name_of(ask, "STATUS")
    for actor in ("hoiku-01", "kansa-01", "nobody"):
        assert ask("give-up", name, "--actor", actor, "--reason", "試験").exit_code == 2
    with town.hub(at(11)) as hub, hub.journal.write() as write:
        write.execute(update(applications).values(restricted=True))
        write.leaf("prepared")
    assert ask("give-up", name, "--actor", "jidoteate-01", "--reason", "試験").exit_code == 2
    assert ask("give-up", name, "--actor", "jidoteate-kakaricho", "--reason", "電話で知らせた").exit_code == 0
    with town.hub(at(11)) as hub:
        row = hub.journal.rows(select(status_outbox).where(status_outbox.c.state == "given_up"))
    assert [one.code for one in row] == ["BY_PERSON"]
