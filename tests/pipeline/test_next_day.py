"""Work that is carried over (繰越): what waited goes on when its reason is gone, and every day adds up."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connectors.errors import PermanentError, TransientError
from connectors.portal import Fetched, PortalClient
from pipeline.balance import Balance, balance_of
from pipeline.flow import FLOWS
from pipeline.hub import open_hub
from pipeline.journal.decision_tables import notice_outbox, status_outbox
from pipeline.journal.intake_tables import applications, findings, listings
from pipeline.places import Root
from pipeline.steps.close_day import DayClose, inspect_day
from pipeline.steps.pull import pull
from sandbox.journals import read_journal
from sandbox.jpki_publication import renew
from sandbox.register_office import LINK_COLUMNS
from tests.pipeline.days import APPLICATIONS, DAY, INTAKE, NAHA, NEXT_DAY, SUNDAY, alarms_of, at, hub_at, outcomes, outside, rows, run
from tests.pipeline.register import Card, write_file
from vocabulary.clock import Clock

Own = Callable[[Path], Path]
SFTP_DESTINATIONS = {"jidoteate-host", "jidoteate-std", "jifuyo", "kenko-kanri"}
NOTIFY = ("answers", "statuses", "notices")


def balance(root: Path, *, day: Any) -> Balance:
    with hub_at(root, at(18, day=day)) as hub:
        return balance_of(hub, day)


def close(root: Path) -> DayClose:
    with hub_at(root, at(18, day=NEXT_DAY)) as hub:
        return inspect_day(hub, NEXT_DAY)


def people_of(root: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (root / "sandbox/town/people.jsonl").read_text(encoding="utf-8").splitlines()]


def card_of_nobody(root: Path) -> dict[str, Any]:
    """The resident whose card no link file tells of yet."""
    return next(person for person in people_of(root) if any(card["feed"] == "none" for card in person["cards"]))


def link_next_morning(root: Path, serial: str, atena: str) -> None:
    """The register office's delta of the next morning."""
    path = root / "sandbox/register/links_delta_202611250600.csv"
    write_file(path, LINK_COLUMNS, [Card(serial, atena, "2025-01-01", "2030-01-01").row()])


def effects(root: Path, effect: str) -> list[str]:
    return [entry["key"] for entry in read_journal(root / "sandbox/journals/effects.jsonl") if entry["effect"] == effect]


def test_what_waited_for_lists_and_links_is_delivered_the_next_morning(own: Own, delivered_root: Path, expected: dict[str, Any]) -> None:
    root = own(delivered_root)
    carried = balance(root, day=NEXT_DAY)
    assert (carried.total.listed, carried.total.carried_in, carried.total.waiting, carried.total.held) == (0, 3, 1, 2)
    holder = card_of_nobody(root)
    link_next_morning(root, holder["cards"][0]["serial"], holder["atena"])
    renew(root / "sandbox/jpki/published", day=NEXT_DAY)
    with outside(root, at(9, day=NEXT_DAY)):
        run(root, ("refresh_links", *INTAKE), at(9, day=NEXT_DAY))
        again = run(root, ("refresh_links", *INTAKE), at(10, day=NEXT_DAY))
    found = outcomes(root)
    for defect in ("stale-crl", "unknown-serial"):
        assert [found[receipt] for receipt in expected["defects"][defect]["receipts"]] == [["delivered"]]
    assert again["refresh_links"]["files"] == again["release"]["files"] == again["deliver"]["delivered"] == 0
    ended = balance(root, day=NEXT_DAY)
    assert (ended.total.carried_in, ended.total.stored, ended.total.delivered, ended.total.held, ended.total.waiting) == (3, 0, 2, 1, 0)
    assert ended.holds
    the_day_after = balance(root, day=SUNDAY)
    assert (the_day_after.total.carried_in, the_day_after.total.held) == (1, 1)


def test_what_waits_is_told_since_the_day_on_which_it_stopped_however_often_it_is_tried(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    run(root, ("verify",), at(10, day=NEXT_DAY))
    waiting = rows(root, select(applications).where(applications.c.disposition == "waiting"))
    assert [row.disposed_on for row in waiting] == [str(DAY)]


def test_a_card_that_turns_out_to_be_a_protected_persons_restricts_the_case(
    own: Own, delivered_root: Path, expected: dict[str, Any]
) -> None:
    root = own(delivered_root)
    protected = next(person for person in people_of(root) if person["protected"])
    link_next_morning(root, card_of_nobody(root)["cards"][0]["serial"], protected["atena"])
    run(root, ("refresh_links", "identify"), at(9, day=NEXT_DAY))
    (receipt,) = expected["defects"]["unknown-serial"]["receipts"]
    (row,) = rows(root, select(applications).where(applications.c.receipt == receipt))
    assert (row.disposition, row.reason, row.restricted) == ("held", "PROTECTED_PERSON", True)
    noted = rows(root, select(findings.c.code).where(findings.c.application == row.id).order_by(findings.c.id))
    assert [finding.code for finding in noted][:2] == ["PROTECTED_PERSON", "APPLICANT_NOT_CARD_HOLDER"]


def test_a_portal_out_of_reach_loses_nothing(own: Own, made_root: Path) -> None:
    root = own(made_root)
    with outside(root, at(6)):
        run(root, ("refresh_links",), at(6))
    with pytest.raises(TransientError):
        run(root, INTAKE, at(9))
    assert rows(root, select(listings)) == []
    with outside(root, at(10)) as running:
        running.control.arm("packages-out-of-reach")
        with pytest.raises(TransientError):
            run(root, INTAKE, at(10))
        meanwhile = balance(root, day=DAY)
        assert (meanwhile.total.listed, meanwhile.total.not_fetched, meanwhile.total.stored) == (APPLICATIONS, APPLICATIONS, 0)
        assert meanwhile.holds
        assert effects(root, "status") == []
        running.control.arm("quiet")
        run(root, ("pull",), at(9, day=NEXT_DAY))
    assert balance(root, day=DAY).total.stored == 0
    recovered = balance(root, day=NEXT_DAY)
    assert (recovered.total.listed, recovered.total.not_fetched, recovered.total.stored) == (APPLICATIONS, 0, APPLICATIONS)
    assert recovered.holds
    assert len(effects(root, "status")) == APPLICATIONS


class Hurrying(Clock):
    """A clock on which half a day passes between two looks."""

    looks = count()

    def now(self) -> datetime:
        """Every second look shows another day."""
        return at(0) + next(self.looks) * timedelta(hours=13)


def test_what_is_stored_while_midnight_passes_belongs_to_one_day(own: Own, made_root: Path) -> None:
    root = own(made_root)
    with outside(root, at(9)), open_hub(Root(root), NAHA, Hurrying()) as hub:
        pull(hub)
    joined = select(applications.c.department_at, applications.c.filed_on, listings.c.resolved_on)
    stored = rows(root, joined.join(listings, listings.c.id == applications.c.listing))
    assert len(stored) == APPLICATIONS
    assert all(row.department_at[:10] == row.filed_on == row.resolved_on for row in stored)


def test_an_application_that_the_portal_will_not_give_stops_only_itself(own: Own, made_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = own(made_root)
    fetch, asked = PortalClient.fetch, list[str]()

    def give(portal: PortalClient, receipt: str) -> Fetched:
        asked.append(receipt)
        if receipt == asked[0]:
            raise PermanentError("portal", "fetch: answer is larger than 1 bytes")
        return fetch(portal, receipt)

    monkeypatch.setattr(PortalClient, "fetch", give)
    with outside(root, at(9)), pytest.raises(PermanentError, match="larger"):
        run(root, ("pull",), at(9))
    counted = balance(root, day=DAY)
    assert (counted.total.listed, counted.total.not_fetched, counted.total.stored) == (APPLICATIONS, 1, APPLICATIONS - 1)
    assert counted.holds
    assert len(effects(root, "status")) == APPLICATIONS - 1
    assert alarms_of(root) == {("FETCH_REFUSED", asked[0])}
    assert asked.count(asked[0]) == 1


def test_a_status_that_the_portal_will_not_take_keeps_no_other_back(
    own: Own, delivered_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = own(delivered_root)
    owed = rows(root, select(status_outbox).where(status_outbox.c.state == "owed").order_by(status_outbox.c.owed_at))
    update, asked = PortalClient.update_status, list[str]()

    def take(portal: PortalClient, receipt: str, status: str, reference: str) -> None:
        asked.append(reference)
        if reference == asked[0]:
            raise PermanentError("portal", "status_update: status 404")
        update(portal, receipt, status, reference)

    monkeypatch.setattr(PortalClient, "update_status", take)
    with outside(root, at(10)):
        with pytest.raises(PermanentError, match="404"):
            run(root, ("statuses",), at(10))
        states = {row.reference: row.state for row in rows(root, select(status_outbox))}
        assert [reference for reference, state in states.items() if state != "sent"] == [asked[0]]
        assert len(asked) == len(owed) > 1
        assert {kind for kind, _ in alarms_of(root)} == {"STATUS_REFUSED"}
        monkeypatch.undo()
        run(root, ("statuses",), at(11))
    assert {row.state for row in rows(root, select(status_outbox))} == {"sent"}


def test_on_a_closed_day_intake_and_statuses_go_on_and_notices_wait_for_the_next_opening(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    renew(root / "sandbox/jpki/published", day=SUNDAY)
    with outside(root, at(10, day=SUNDAY)):
        sunday = run(root, (*INTAKE, *NOTIFY), at(10, day=SUNDAY))
        assert sunday["deliver"]["delivered"] > 0
        assert sunday["answers"]["decisions"] > 0
        assert {row.state for row in rows(root, select(status_outbox))} == {"sent"}
        owed = rows(root, select(notice_outbox))
        assert {row.state for row in owed} == {"owed"}
        assert (sunday["notices"]["postponed"], effects(root, "notice")) == (len(owed), [])
        monday = SUNDAY.replace(day=30)
        early = run(root, ("notices",), at(8, 29, day=monday))
        assert (early["notices"]["postponed"], effects(root, "notice")) == (len(owed), [])
        run(root, ("notices",), at(8, 30, day=monday))
    closed = rows(root, select(notice_outbox).where(notice_outbox.c.channel == "portal"))
    assert {row.state for row in closed} <= {"accepted", "undeliverable"}
    assert sorted(effects(root, "notice")) == sorted(row.reference for row in closed if row.state == "accepted") != []


def test_the_close_of_the_next_day_is_green_with_what_is_still_carried(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    with outside(root, at(15, day=NEXT_DAY)):
        run(root, (*NOTIFY, *FLOWS["close"]), at(15, day=NEXT_DAY))
    assert alarms_of(root) == set()
    assert balance(root, day=NEXT_DAY).total.carried_in == 3


def test_what_left_a_day_late_is_compared_by_the_close_of_that_day(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    run(root, ("release", "deliver"), at(9))
    assert {subject for kind, subject in alarms_of(root) if kind == "DESTINATION_UNREACHABLE"} == SFTP_DESTINATIONS
    with outside(root, at(9, day=NEXT_DAY)):
        run(root, ("deliver",), at(9, day=NEXT_DAY))
        assert close(root).problems == ()
        late = min((root / "delivered/kenko-kanri").iterdir())
        late.write_bytes(late.read_bytes().replace(b"1", b"2", 1))
        assert close(root).problems == (f"kenko-kanri/{late.name}: 配信先のファイルが控えと異なります",)


def test_a_refusal_that_comes_a_day_late_makes_that_day_red(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    receipt = min((root / "sandbox/receivers/hoiku/out/receipts").iterdir())
    receipt.write_text(receipt.read_text(encoding="utf-8").replace(",OK,", ",NG,"), encoding="utf-8")
    assert close(root).balanced
    with outside(root, at(9, day=NEXT_DAY)):
        run(root, ("answers",), at(9, day=NEXT_DAY))
        assert close(root).problems == (f"hoiku/{receipt.name.removesuffix('.receipt.csv')}: 受信側が受け付けていません",)
