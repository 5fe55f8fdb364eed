"""Digital letter-boxes: only to who consents at that moment, once, with openings told apart; who does not consent gets the next channel."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from itertools import count
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
from sqlalchemy import select, update

from connectors.errors import TransientError
from pipeline.errors import HubError
from pipeline.flow import step_function
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.letterbox_tables import consents, letterbox_openings
from pipeline.letterbox.consents import add_consent, end_consent, standing_consents
from pipeline.notices.outbox import NoticeOrder, owe_notice
from sandbox import process
from tests.channels.conftest import Town
from tests.channels.town import at, effects
from tests.flow.kills import forked

NUMBERS = count(1)
"""Nobody is in two tests: what residents said stays at the service."""
KIND = "kifu-shomei"


@pytest.fixture(scope="module")
def service(laid_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The one service of all tests here."""
    root = tmp_path_factory.mktemp("service") / "root"
    shutil.copytree(laid_out, root)
    yield Town(root, process.start(root, now=at(9), script="quiet"))
    process.stop(root)


@pytest.fixture
def town(service: Town, tmp_path: Path) -> Town:
    """A hub of the test's own beside it."""
    shutil.copytree(service.root, tmp_path / "root")
    service.arm("quiet")
    return Town(tmp_path / "root", service.running)


@pytest.fixture
def agreed() -> int:
    return next(NUMBERS)


@pytest.fixture
def silent() -> int:
    return next(NUMBERS)


def delivered(town: Town) -> list[str]:
    """References of what the service took since the test began."""
    return effects(town.running.root, "delivery")[len(effects(town.root, "delivery")) :]


def owe(hub: Hub, *people: int, channels: tuple[str, ...] = ("letterbox", "paper"), kind: str = KIND) -> None:
    with hub.journal.write() as write:
        for person in people:
            order = NoticeOrder(kind, "certificate", f"test {person}", f"{person:015d}", "027", "証明書", "本文", channels=channels)
            assert owe_notice(hub, write, order) is not None


def consent(town: Town, person: int, *, act: str = "given", hour: int = 9, kinds: str = "all") -> None:
    town.control.consent(f"{person:015d}", act=act, at=at(hour), kinds=kinds)


def fates(hub: Hub) -> list[tuple[int, str, str, str | None]]:
    rows = hub.journal.rows(select(notice_outbox).order_by(notice_outbox.c.id))
    return [(int(row.atena), row.channel, row.state, row.code) for row in rows]


def step(town: Town, moment: Any) -> dict[str, int]:
    counts: dict[str, int] = town.run("letterbox", moment)
    return counts


def test_a_document_goes_to_who_consented_and_to_paper_for_the_others(town: Town, agreed: int, silent: int) -> None:
    consent(town, agreed)
    with town.hub(at(10)) as hub:
        owe(hub, agreed, silent)
    assert step(town, at(10))["accepted"] == 1
    step(town, at(11))
    with town.hub(at(11)) as hub:
        assert fates(hub) == [
            (agreed, "letterbox", "accepted", None),
            (silent, "letterbox", "given_up", "LETTERBOX_NO_CONSENT"),
            (silent, "paper", "owed", None),
        ]
    assert len(delivered(town)) == 1


@pytest.mark.parametrize("kinds", ["nofu-annai", "nofu-annai,mendan-annai"])
def test_a_consent_to_other_kinds_is_none_to_this_one(town: Town, agreed: int, kinds: str) -> None:
    consent(town, agreed, kinds=kinds)
    with town.hub(at(10)) as hub:
        owe(hub, agreed)
    step(town, at(10))
    assert delivered(town) == []


def test_a_consent_withdrawn_between_owing_and_sending_stops_the_delivery(town: Town, agreed: int) -> None:
    consent(town, agreed)
    step(town, at(9))
    with town.hub(at(9)) as hub:
        owe(hub, agreed)
    consent(town, agreed, act="withdrawn", hour=10)
    step(town, at(10))
    assert delivered(town) == []
    with town.hub(at(10)) as hub:
        assert fates(hub)[-1] == (agreed, "paper", "owed", None)
        theirs = select(consents.c.withdrawn_at).where(consents.c.atena == f"{agreed:015d}")
        assert [row.withdrawn_at for row in hub.journal.rows(theirs)] == [at(10).isoformat()]


def test_a_withdrawal_counts_whatever_offset_the_service_writes(town: Town, agreed: int) -> None:
    consent(town, agreed)
    step(town, at(9))
    with town.hub(at(9)) as hub:
        owe(hub, agreed)
    town.control.consent(f"{agreed:015d}", act="withdrawn", at=at(10).astimezone(UTC), kinds="all")
    step(town, at(10))
    assert delivered(town) == []
    with town.hub(at(10)) as hub:
        assert fates(hub)[-1] == (agreed, "paper", "owed", None)


def test_a_clerk_notes_and_ends_a_consent(town: Town, silent: int) -> None:
    with town.hub(at(10)) as hub:
        key = add_consent(hub, f"{silent:015d}", [KIND], actor="jidoteate-01", reason="同意書")
        assert [row.id for row in standing_consents(hub)] == [key]
        with pytest.raises(HubError, match="使えません"):
            add_consent(hub, f"{silent:015d}", ["nothing"], actor="jidoteate-01", reason="同意書")
        end_consent(hub, key, actor="jidoteate-01", reason="本人の申出")
        assert standing_consents(hub) == []
        with pytest.raises(HubError, match="終わっています"):
            end_consent(hub, key, actor="jidoteate-01", reason="本人の申出")


def test_the_service_has_the_last_word_where_only_the_office_noted_a_consent(town: Town, silent: int) -> None:
    with town.hub(at(10)) as hub:
        add_consent(hub, f"{silent:015d}", [KIND], actor="jidoteate-01", reason="同意書")
        owe(hub, silent)
    assert step(town, at(10))["undeliverable"] == 1
    with town.hub(at(10)) as hub:
        assert fates(hub)[-1] == (silent, "paper", "owed", None)


def test_an_opening_is_told_apart_from_the_acceptance_and_once(town: Town, agreed: int) -> None:
    consent(town, agreed)
    with town.hub(at(10)) as hub:
        owe(hub, agreed)
    step(town, at(10))
    (reference,) = delivered(town)
    for hour in (12, 13):
        town.control.open_delivery(reference, at(hour))
    assert step(town, at(14))["openings"] == 1
    assert step(town, at(15))["openings"] == 0
    with town.hub(at(15)) as hub:
        (opened,) = hub.journal.rows(select(letterbox_openings))
        (notice,) = hub.journal.rows(select(notice_outbox))
    assert (opened.opened_at, opened.known_at) == (at(12).isoformat(), at(14).isoformat())
    assert notice.state == "accepted"
    assert notice.sent_at < opened.opened_at


def test_an_opening_of_a_foreign_reference_enters_nothing(town: Town, agreed: int) -> None:
    consent(town, agreed)
    with town.hub(at(10)) as hub:
        owe(hub, agreed)
    step(town, at(10))
    (reference,) = delivered(town)
    town.control.open_delivery(reference, at(11))
    with town.hub(at(11)) as hub, hub.journal.write() as write:
        write.execute(update(notice_outbox).values(reference="another"))
        write.leaf("prepared")
    assert step(town, at(12))["openings"] == 1
    with town.hub(at(12)) as hub:
        assert hub.journal.rows(select(letterbox_openings)) == []


def test_a_lost_answer_is_looked_up_and_the_document_is_there_once(town: Town, agreed: int) -> None:
    consent(town, agreed)
    with town.hub(at(10)) as hub:
        owe(hub, agreed)
    town.arm("letterbox-lost-answers")
    with pytest.raises(TransientError, match="openings"):
        step(town, at(10))
    with town.hub(at(10)) as hub:
        assert fates(hub) == [(agreed, "letterbox", "accepted", None)]
    assert step(town, at(10, 1))["accepted"] == 0
    assert len(delivered(town)) == 1


def test_while_the_service_is_down_what_is_owed_waits_and_goes_out_afterwards(town: Town, agreed: int) -> None:
    consent(town, agreed)
    with town.hub(at(10)) as hub:
        owe(hub, agreed)
    town.arm("letterbox-down")
    moment = at(10)
    for _ in range(3):
        assert step(town, moment)["accepted"] == 0
        moment += timedelta(minutes=30)
    town.arm("quiet")
    assert step(town, moment + timedelta(hours=1))["accepted"] == 1
    assert len(delivered(town)) == 1


def test_nothing_leaves_outside_the_hours(town: Town, agreed: int) -> None:
    consent(town, agreed)
    with town.hub(at(7)) as hub:
        owe(hub, agreed)
    assert step(town, at(7))["postponed"] == 1
    assert delivered(town) == []


@pytest.mark.parametrize(
    "point",
    [
        *("notice.before_call", "notice.after_call"),
        *(f"{name}.{side}" for name in ("consents_taken", "notice_without_consent") for side in ("before_commit", "after_commit")),
    ],
)
def test_a_kill_while_documents_go_out_leaves_one_delivery_and_one_letter(town: Town, agreed: int, silent: int, point: str) -> None:
    consent(town, agreed)
    with town.hub(at(10)) as hub:
        owe(hub, agreed, silent)
    killed(town, at(10), point)
    step(town, at(10))
    with town.hub(at(10)) as hub:
        assert sorted(row[:3] for row in fates(hub)) == [
            (agreed, "letterbox", "accepted"),
            (silent, "letterbox", "given_up"),
            (silent, "paper", "owed"),
        ]
    assert len(delivered(town)) == 1


@pytest.mark.parametrize("side", ["before_commit", "after_commit"])
def test_a_kill_while_openings_are_read_loses_none(town: Town, agreed: int, side: str) -> None:
    consent(town, agreed)
    with town.hub(at(10)) as hub:
        owe(hub, agreed)
    step(town, at(10))
    town.control.open_delivery(delivered(town)[0], at(11))
    killed(town, at(12), f"openings_taken.{side}")
    step(town, at(12))
    with town.hub(at(12)) as hub:
        assert len(hub.journal.rows(select(letterbox_openings))) == 1


def killed(town: Town, moment: Any, point: str) -> None:
    def run() -> None:
        with town.hub(moment) as hub:
            step_function("letterbox")(hub)

    log = town.root / "child.log"
    assert forked(run, log=log, environment={"HUB_FAULT": f"{point}:1:kill"}) == -SIGKILL, log.read_text(encoding="utf-8")


def without_account() -> int:
    """Somebody whom the portal does not know, as the stand-in decides it."""
    from sandbox.osr_server import _without_account

    return next(number for number in NUMBERS if _without_account(f"{number:015d}"))


@pytest.mark.parametrize(("agrees", "ways"), [(True, ["portal", "letterbox"]), (False, ["portal", "letterbox", "paper"])])
def test_the_channels_are_tried_in_their_order(town: Town, agrees: bool, ways: Sequence[str]) -> None:
    person = without_account()
    if agrees:
        consent(town, person)
    with town.hub(at(10)) as hub:
        owe(hub, person, channels=("portal", "letterbox", "paper"))
    for name in ("notices", "letterbox"):
        town.run(name, at(10))
    with town.hub(at(10)) as hub:
        assert [row[1] for row in fates(hub)] == ways
        assert fates(hub)[0][2] == "undeliverable"
    assert len(delivered(town)) == int(agrees)
