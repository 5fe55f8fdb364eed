"""The portal's client against the portal stand-in over real TLS."""

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import PermanentError, TransientError
from connectors.http_session import HttpSession, Patience
from connectors.portal import Fetched, PortalClient, PortalStatus, Withdrawn
from sandbox.tls import ensure_certificates


@pytest.fixture(scope="module")
def receipts(world: Any) -> list[str]:
    return world.list_applications(120, prefix="20261123")


@pytest.fixture
def portal(world: Any, receipts: list[str]) -> Iterator[PortalClient]:
    with PortalClient(world.http("portal")) as client:
        yield client


def test_listing_names_every_application_once_while_rows_repeat_and_shift(world: Any, portal: PortalClient, receipts: list[str]) -> None:
    world.arm("paging")
    rows = portal.listing()
    assert sorted(row.receipt for row in rows) == sorted(receipts)
    played = [call["fault"] for call in world.calls("portal") if call["operation"] == "list" and call["fault"]]
    assert played == ["shift", "repeat_row", "repeat_row"]


def test_a_plain_reading_of_shifted_pages_would_lose_a_row(world: Any, portal: PortalClient, receipts: list[str]) -> None:
    world.arm("paging")
    naive = {row.receipt for page in (1, 2, 3) for row in portal.list_page(page).items}
    assert naive < set(receipts)


def test_fetch_gives_the_bytes_and_their_version(portal: PortalClient, receipts: list[str], world: Any) -> None:
    fetched = portal.fetch(receipts[0])
    stored = (world.root / "sandbox" / "portal" / "zips" / f"{receipts[0]}.v1.zip").read_bytes()
    assert fetched == Fetched(stored, 1)


def test_an_unknown_receipt_is_a_permanent_error_without_a_body(portal: PortalClient) -> None:
    with pytest.raises(PermanentError, match=r"^portal: fetch: status 404 UNKNOWN$"):
        portal.fetch("20990101-00000001")


def test_an_expired_token_is_replaced_without_anyone_noticing(world: Any, portal: PortalClient, receipts: list[str]) -> None:
    world.arm("expired-tokens")
    assert [portal.fetch(receipt).version for receipt in receipts[1:4]] == [1, 1, 1]
    portal.update_status(receipts[1], "RECEIVED", "expired-1")
    assert portal.statuses([receipts[1]]) == {receipts[1]: PortalStatus("RECEIVED", "expired-1")}


def test_overload_and_maintenance_are_transient_and_say_how_long_to_wait(world: Any, portal: PortalClient, receipts: list[str]) -> None:
    world.arm("overload")
    with pytest.raises(TransientError, match="list: status 429") as too_many:
        portal.list_page(1)
    assert too_many.value.retry_after == 7
    with pytest.raises(TransientError, match="list: status 503") as down:
        portal.list_page(1)
    assert down.value.retry_after is None
    with pytest.raises(TransientError, match="fetch: no answer"):
        portal.fetch(receipts[0])
    assert portal.fetch(receipts[0]).version == 1


def test_a_status_whose_answer_was_lost_is_found_and_has_no_second_effect(world: Any, portal: PortalClient, receipts: list[str]) -> None:
    world.arm("lost-answers")
    receipt, reference = receipts[5], "lost-1"
    with pytest.raises(TransientError):
        portal.update_status(receipt, "RECEIVED", reference)
    assert portal.statuses([receipt])[receipt].reference == reference
    portal.update_status(receipt, "RECEIVED", reference)
    calls = [call for call in world.calls("portal") if call["key"] == reference]
    assert len(calls) == 2
    assert len([effect for effect in world.effects("portal", "status") if effect["key"] == reference]) == 1


def test_a_reference_never_stands_for_two_statuses(portal: PortalClient, receipts: list[str]) -> None:
    portal.update_status(receipts[6], "RECEIVED", "once-1")
    with pytest.raises(PermanentError, match="409"):
        portal.update_status(receipts[6], "COMPLETED", "once-1")
    assert portal.statuses([receipts[6]])[receipts[6]].status == "RECEIVED"


def test_a_status_code_outside_the_table_is_never_sent(world: Any, portal: PortalClient, receipts: list[str]) -> None:
    before = len(world.calls("portal"))
    with pytest.raises(PermanentError, match="DONE is not one of RECEIVED"):
        portal.update_status(receipts[7], "DONE", "never-1")
    assert len(world.calls("portal")) == before


def test_statuses_of_untouched_and_unknown_applications(portal: PortalClient, receipts: list[str]) -> None:
    assert portal.statuses([receipts[8], "20990101-00000001"]) == {receipts[8]: PortalStatus("ARRIVED", "")}


def test_an_application_taken_back_between_list_and_fetch_is_withdrawn(world: Any, portal: PortalClient) -> None:
    world.arm("withdrawal")
    (receipt,) = world.list_applications(1, prefix="20261201")
    assert receipt in {row.receipt for row in portal.listing()}
    for _ in range(2):
        with pytest.raises(Withdrawn) as withdrawn:
            portal.fetch(receipt)
        assert withdrawn.value.receipt == receipt
    assert [effect["key"] for effect in world.effects("portal", "withdrawn")] == [receipt]


def test_a_second_version_appears_after_the_first_was_fetched(world: Any, portal: PortalClient) -> None:
    (receipt,) = world.list_applications(1, prefix="20261202")
    world.list_applications(1, prefix="20261202", version=2, appears="after_first_fetch")
    assert {row.version for row in portal.listing() if row.receipt == receipt} == {1}
    first = portal.fetch(receipt)
    assert {row.version for row in portal.listing() if row.receipt == receipt} == {2}
    second = portal.fetch(receipt)
    assert (first.version, second.version) == (1, 2)
    assert hashlib.sha256(first.data).digest() != hashlib.sha256(second.data).digest()


def test_a_fetch_may_bring_a_newer_version_than_the_list_named(world: Any, portal: PortalClient) -> None:
    (receipt,) = world.list_applications(1, prefix="20261203", version=2, listed_version=1)
    assert {row.version for row in portal.listing() if row.receipt == receipt} == {1}
    assert portal.fetch(receipt).version == 2


def test_an_answer_that_never_ends_is_cut_off_at_the_deadline(world: Any, receipts: list[str]) -> None:
    world.arm("slow-portal")
    session = HttpSession(world.http("portal"), patience=Patience(total=0.5))
    with pytest.raises(TransientError, match=r"longer than 0\.5 s"):
        session.call("fetch", "GET", f"/applications/{receipts[0]}")
    assert session.call("fetch", "GET", f"/applications/{receipts[0]}").status == 200
    session.close()


def test_a_server_of_another_authority_is_refused_and_gets_no_secret(world: Any, tmp_path: Path) -> None:
    ensure_certificates(tmp_path)
    before = len(world.calls("portal"))
    stranger = dataclasses.replace(world.http("portal"), ca=tmp_path / "ca.pem")
    with PortalClient(stranger) as client, pytest.raises(PermanentError, match="certificate refused"):
        client.list_page(1)
    assert len(world.calls("portal")) == before


def test_a_certificate_for_another_host_name_is_refused(world: Any) -> None:
    connection = world.http("portal")
    # The same server by a name that is not in its certificate.
    elsewhere = dataclasses.replace(connection, url=connection.url.replace("127.0.0.1", "127.1"))
    with PortalClient(elsewhere) as client, pytest.raises(PermanentError, match="certificate refused"):
        client.list_page(1)


def test_wrong_credentials_are_a_permanent_error_that_names_the_setting(world: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("wrong")
    stranger = dataclasses.replace(world.http("portal"), secret_file=secret)
    with PortalClient(stranger) as client, pytest.raises(PermanentError, match="correct client_id and secret_file") as refused:
        client.list_page(1)
    assert "wrong" not in str(refused.value)


def test_nobody_listening_is_transient(world: Any) -> None:
    closed = dataclasses.replace(world.http("portal"), url="https://127.0.0.1:9/api/v1")
    with PortalClient(closed) as client, pytest.raises(TransientError, match="no answer"):
        client.list_page(1)
