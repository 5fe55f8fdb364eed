"""Answers of receiving systems (受領書と結果): only what fits becomes a decision, and a decision tells people exactly once."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from connectors.result_files import result_profiles
from pipeline.answer_files import RECEIPT_COLUMNS
from pipeline.balance import balance_of
from pipeline.hub import Hub
from pipeline.journal.decision_tables import decisions, notice_outbox, result_files, status_outbox
from pipeline.journal.delivery_tables import batch_items, batches, receipts
from pipeline.journal.evidence_tables import alarms
from pipeline.journal.intake_tables import applications, persons
from pipeline.steps.answer import read_answers
from pipeline.steps.close_day import inspect_day
from pipeline.steps.report_day import channel_counts
from sandbox.connection_files import FOLDER_DESTINATIONS, SFTP_DESTINATIONS
from sandbox.journals import read_journal
from tests.journal.rows import NOTICE
from tests.pipeline.days import DAY, NEXT_DAY, at, hub_at, outside, rows, run

STD, NURSERY = "jidoteate-std", "hoiku"
RESULT_COLUMNS = list(result_profiles()["standard"].columns.values())


@pytest.fixture
def hub(own: Callable[[Path], Path], delivered_root: Path) -> Iterator[Hub]:
    """The hub after delivery; the receiving systems are folders of this machine, and they have not decided anything yet."""
    root = own(delivered_root)
    for name in (*SFTP_DESTINATIONS, *FOLDER_DESTINATIONS):
        connection = {"kind": "folder", "inbox": f"delivered/{name}", "outbox": f"sandbox/receivers/{name}/out"}
        (root / f"connections/{name}.json").write_text(json.dumps(connection), encoding="utf-8")
        for file in outbox(root, name, "results").iterdir():
            file.unlink()
    with hub_at(root, at(15)) as opened:
        yield opened


def outbox(root: Path, destination: str, kind: str) -> Path:
    return root / "sandbox/receivers" / destination / "out" / kind


def receipts_of(hub: Hub, procedure: str, disposition: str = "delivered") -> list[str]:
    chosen = select(applications.c.receipt).where(applications.c.procedure == procedure, applications.c.disposition == disposition)
    return [row.receipt for row in hub.journal.rows(chosen.order_by(applications.c.id))]


def result(receipt: str, outcome: str = "認定", *, day: str = "2026-11-24", number: str = "0001", reason: str = "") -> tuple[str, ...]:
    return (receipt, outcome, day, number, "第1号", "郵送", reason)


NUMBERS = count(1)


def leave(hub: Hub, lines: Sequence[Sequence[str]], *, destination: str = STD, columns: Sequence[str] = RESULT_COLUMNS) -> Path:
    """Write a result file as the receiving system would; returns where it lies."""
    path = outbox(hub.root.folder, destination, "results") / f"answer_{next(NUMBERS):03d}.results.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *lines])
    return path


def decided(hub: Hub) -> list[tuple[str, str]]:
    joined = select(applications.c.receipt, decisions.c.outcome).join(decisions, decisions.c.application == applications.c.id)
    return [(row.receipt, row.outcome) for row in hub.journal.rows(joined.order_by(decisions.c.id))]


def alarm_kinds(hub: Hub) -> set[tuple[str, str]]:
    return {(row.kind, row.subject) for row in hub.journal.rows(select(alarms))}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda hub: result("20261124-99999999"),
        lambda hub: result(receipts_of(hub, "hoiku-riyo")[0], "受理"),
        lambda hub: result(receipts_of(hub, "jidoteate-nintei", "held")[0]),
        lambda hub: result(receipts_of(hub, "jidoteate-nintei")[0], "受理"),
        lambda hub: result(receipts_of(hub, "jidoteate-nintei")[0], "内定"),
        lambda hub: result(receipts_of(hub, "jidoteate-nintei")[0], number=""),
        lambda hub: result(receipts_of(hub, "jidoteate-nintei")[0], day="2026-11-31"),
        lambda hub: result(receipts_of(hub, "jidoteate-nintei")[0], "却下"),
        lambda hub: result(receipts_of(hub, "jidoteate-nintei")[0], day="20261124"),
        lambda hub: result(receipts_of(hub, "jidoteate-nintei")[0], number="1" * 61),
    ],
    ids=[
        "unknown",
        "of another system",
        "never delivered",
        "of another kind",
        "of nobody",
        "no number",
        "no day",
        "refused without reason",
        "a day in another form",
        "a number longer than the journal's",
    ],
)
def test_a_result_that_does_not_fit_is_refused_and_said_while_its_neighbour_is_entered(
    hub: Hub, wrong: Callable[[Hub], tuple[str, ...]]
) -> None:
    good = receipts_of(hub, "jidoteate-nintei")[-1]
    path = leave(hub, [wrong(hub), result(good)])
    counted = read_answers(hub)
    assert (counted["decisions"], counted["refused_rows"]) == (1, 1)
    assert decided(hub) == [(good, "approved")]
    assert alarm_kinds(hub) == {("RESULT_ROWS_REFUSED", f"{STD}/{path.name}")}


def test_the_same_decision_again_is_no_news_and_a_contradicting_one_is_refused(hub: Hub) -> None:
    receipt = receipts_of(hub, "jidoteate-nintei")[0]
    leave(hub, [result(receipt)])
    leave(hub, [result(receipt)])
    assert read_answers(hub)["refused_rows"] == 0
    other = leave(hub, [result(receipt, "却下", reason="所得の超過")])
    assert read_answers(hub)["refused_rows"] == 1
    assert decided(hub) == [(receipt, "approved")]
    assert alarm_kinds(hub) == {("RESULT_ROWS_REFUSED", f"{STD}/{other.name}")}


def test_of_two_systems_with_the_same_records_only_the_declared_one_decides(hub: Hub) -> None:
    leave(hub, [result(receipts_of(hub, "jidoteate-nintei")[0])], destination="jidoteate-host")
    assert read_answers(hub)["decisions"] == 0
    assert decided(hub) == []


@pytest.mark.parametrize("cut", [b"", b"uketsukebango,kek", b'uketsukebango\r\n"2026', b"\x93\xfa\x96{"])
def test_a_file_that_is_not_yet_whole_is_read_again_and_keeps_nobody_waiting(hub: Hub, cut: bytes) -> None:
    first, second, *_ = receipts_of(hub, "jidoteate-nintei")
    early, later = leave(hub, [result(first)]), leave(hub, [result(second)])
    whole = early.read_bytes()
    early.write_bytes(cut)
    assert read_answers(hub)["decisions"] == 1
    assert decided(hub) == [(second, "approved")]
    assert alarm_kinds(hub) == {("ANSWER_UNREADABLE", f"{STD}/{early.name}")}
    assert [row.name for row in hub.journal.rows(select(result_files.c.name))] == [later.name]
    early.write_bytes(whole)
    assert read_answers(hub)["decisions"] == 1
    assert decided(hub) == [(second, "approved"), (first, "approved")]


def receipt_of(hub: Hub) -> tuple[Any, Path]:
    """A delivered file of the standard system and where its receipt lies."""
    delivered = select(batches).where(batches.c.destination == STD).order_by(batches.c.id)
    batch = hub.journal.rows(delivered)[0]
    return batch, outbox(hub.root.folder, STD, "receipts") / f"{batch.name}.receipt.csv"


@pytest.mark.parametrize(
    "line",
    [
        lambda batch: (batch.name, batch.digest, "0", "NG", "RECORD_LENGTH"),
        lambda batch: (batch.name, hashlib.sha256(b"other").hexdigest(), str(batch.records), "OK", ""),
        lambda batch: ("other.csv", batch.digest, str(batch.records), "OK", ""),
    ],
    ids=["NG", "other bytes", "other name"],
)
def test_a_file_that_the_receiver_did_not_take_is_an_alarm_and_makes_the_day_red(hub: Hub, line: Callable[[Any], tuple[str, ...]]) -> None:
    batch, path = receipt_of(hub)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([RECEIPT_COLUMNS, line(batch)])
    read_answers(hub)
    assert alarm_kinds(hub) == {("FILE_REFUSED", f"{STD}/{batch.name}")}
    close = inspect_day(hub, DAY)
    assert not close.balanced
    assert [problem for problem in close.problems if batch.name in problem]


def test_an_application_whose_file_was_not_taken_is_held_and_no_longer_called_delivered(hub: Hub) -> None:
    batch, path = receipt_of(hub)
    carried = select(batch_items.c.application).where(batch_items.c.batch == batch.id)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([RECEIPT_COLUMNS, (batch.name, batch.digest, "0", "NG", "RECORD_LENGTH")])
    read_answers(hub)
    concerned = hub.journal.rows(select(applications).where(applications.c.id.in_(carried)))
    assert {(row.disposition, row.reason) for row in concerned} == {("held", "FILE_REFUSED")}
    balance = balance_of(hub, NEXT_DAY)
    assert balance.total.held >= len(concerned) > 0
    assert balance.holds
    kinds = (batch_items.c.destination == STD) & batch_items.c.application.not_in(carried)
    others = select(applications).where(applications.c.id.in_(select(batch_items.c.application).where(kinds)))
    assert all(row.disposition == "delivered" for row in hub.journal.rows(others))


def test_what_the_receiver_did_not_take_it_cannot_have_decided(hub: Hub) -> None:
    for path in outbox(hub.root.folder, STD, "receipts").iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace(",OK,", ",NG,"), encoding="utf-8")
    leave(hub, [result(receipts_of(hub, "jidoteate-nintei")[0])])
    assert read_answers(hub)["refused_rows"] == 1
    assert decided(hub) == []


@pytest.mark.parametrize("text", ["", ",".join(RECEIPT_COLUMNS) + "\r\n", ",".join(RECEIPT_COLUMNS) + "\r\na,b,many,OK,\r\n"])
def test_a_receipt_that_is_not_yet_whole_is_read_again(hub: Hub, text: str) -> None:
    batch, path = receipt_of(hub)
    whole = path.read_bytes()
    path.write_text(text, encoding="utf-8")
    read_answers(hub)
    taken = select(receipts.c.result).where(receipts.c.batch == batch.id)
    assert hub.journal.rows(taken) == []
    path.write_bytes(whole)
    read_answers(hub)
    assert [row.result for row in hub.journal.rows(taken)] == ["OK"]


def test_a_result_notice_without_its_decision_cannot_be_entered(hub: Hub) -> None:
    (application, *_) = hub.journal.rows(select(applications.c.id))
    row = {**NOTICE, "application": application.id, "sort": "result", "decision": None, "reference": "r"}
    with pytest.raises(IntegrityError), hub.journal.write() as write:
        write.insert_many(notice_outbox, [row])
        write.leaf("never_entered")


def without_account() -> str:
    """A 宛名番号 whose holder has no account, by the stand-in's rule."""
    return next(
        text for number in count(1) if int(hashlib.sha256(f"account:{(text := f'{number:015d}')}".encode()).hexdigest(), 16) % 20 == 0
    )


def test_each_decision_sends_one_status_and_one_notice_but_none_to_a_restricted_case(
    own: Callable[[Path], Path], delivered_root: Path
) -> None:
    root = own(delivered_root)
    with hub_at(root, at(14)) as hub:
        restricted, without, *_ = [row.id for row in hub.journal.rows(select(applications.c.id).where(of("jidoteate-nintei")))]
        with hub.journal.write() as write:
            write.execute(update(applications).where(applications.c.id == restricted).values(restricted=True))
            filer = (persons.c.application == without) & (persons.c.role == "claimant")
            write.execute(update(persons).where(filer).values(atena=without_account()))
            write.leaf("prepared")
    with outside(root, at(15)):
        run(root, ("answers", "statuses", "notices"), at(15))
        assert run(root, ("answers", "statuses", "notices"), at(15, 30))["notices"] == dict.fromkeys(
            ("accepted", "sent", "undeliverable", "refused", "given_up", "postponed"), 0
        )
    outcomes = {row.application: row.outcome for row in rows(root, select(decisions))}
    for application in [row.id for row in rows(root, select(applications.c.id).where(of("jidoteate-nintei")))]:
        statuses = {row.status: row.state for row in rows(root, select(status_outbox).where(status_outbox.c.application == application))}
        last = {"approved": "COMPLETED", "rejected": "REJECTED"}[outcomes[application]]
        assert statuses == {"RECEIVED": "sent", "EXAMINING": "sent", last: "sent"}
    noticed = {row.application: row for row in rows(root, select(notice_outbox).where(notice_outbox.c.channel == "portal"))}
    owed = {application for application, outcome in outcomes.items() if outcome in ("approved", "rejected", "revised")} - {restricted}
    assert set(noticed) == owed
    assert noticed[without].state == "undeliverable"
    log = read_journal(root / "sandbox/journals/effects.jsonl")
    sent = sorted(entry["key"] for entry in log if entry["effect"] == "notice")
    assert sent == sorted(row.reference for row in noticed.values() if row.state == "accepted") != []
    told = [entry["key"] for entry in log if entry["effect"] == "status"]
    assert len(told) == len(set(told))
    with hub_at(root, at(16)) as hub:
        assert channel_counts(hub)["notices"]["undeliverable"] == sum(row.state == "undeliverable" for row in noticed.values()) >= 1


def of(procedure: str) -> Any:
    return (applications.c.procedure == procedure) & (applications.c.disposition == "delivered")
