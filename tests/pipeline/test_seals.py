"""Seals (封緘) at work: evidence that was changed, or a value that was moved to another person, stops the hub and is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Row, Table, and_, select, update

from pipeline.case_sheets import sheet_of
from pipeline.errors import EvidenceBroken
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import batches, canonical, deliveries
from pipeline.journal.intake_tables import applications, findings, parts, persons, step_results, verifications
from pipeline.journal.register_tables import residents
from pipeline.packages import package_of
from pipeline.residents import by_atena
from pipeline.steps.close_day import inspect_day
from pipeline.steps.report_day import day_report
from tests.pipeline.days import DAY, alarms_of, at, hub_at, outside, rows, run

Own = Callable[[Path], Path]


def flip(file: Path) -> None:
    """Change one bit in the middle."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))


def claims(root: Path, procedure: str = "jidoteate-nintei") -> list[Row]:
    chosen = (applications.c.procedure == procedure) & (applications.c.stage == "checked")
    return rows(root, select(applications).where(chosen).order_by(applications.c.id))


def exchange(hub: Hub, table: Table, column: str, keys: tuple[str, ...], chosen: list[Row]) -> None:
    """Two rows change the value of a column with each other, as somebody with access to the database could do it."""
    one, other = chosen
    with hub.journal.write() as write:
        for row, giver in ((one, other), (other, one)):
            place = and_(*(table.c[key] == getattr(row, key) for key in keys))
            write.execute(update(table).where(place).values({column: getattr(giver, column)}))
        write.leaf("tampered")


def test_a_raw_package_that_was_changed_on_disk_is_refused_by_name(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    victim, neighbour, *_ = claims(root)
    flip(root / "sealed" / victim.blob)
    with hub_at(root, at(10)) as hub:
        with pytest.raises(EvidenceBroken, match=victim.blob):
            package_of(hub, victim)
        assert package_of(hub, neighbour).manifest.receipt == neighbour.receipt


def test_a_raw_package_that_is_gone_or_stands_in_anothers_place_is_refused(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    gone, exchanged, other, *_ = claims(root)
    (root / "sealed" / gone.blob).unlink()
    (root / "sealed" / exchanged.blob).write_bytes((root / "sealed" / other.blob).read_bytes())
    with hub_at(root, at(10)) as hub:
        for row in (gone, exchanged):
            with pytest.raises(EvidenceBroken, match=row.blob):
                package_of(hub, row)


def test_a_step_that_meets_broken_evidence_holds_its_application_raises_an_alarm_and_goes_on(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    victim, neighbour, *_ = claims(root)
    both = [victim.id, neighbour.id]
    with hub_at(root, at(10)) as hub, hub.journal.write() as write:
        write.execute(update(applications).where(applications.c.id.in_(both)).values(stage="opened"))
        write.execute(step_results.delete().where(step_results.c.application.in_(both), step_results.c.step == "verify"))
        write.leaf("set_back")
    flip(root / "sealed" / victim.blob)
    run(root, ("verify",), at(10))
    held, done = rows(root, select(applications).where(applications.c.id.in_(both)).order_by(applications.c.id))
    assert (held.stage, held.disposition, held.reason) == ("opened", "held", "EVIDENCE_BROKEN")
    assert (done.stage, done.disposition) == ("verified", "open")
    assert alarms_of(root) == {("EVIDENCE_BROKEN", victim.receipt)}
    (finding,) = rows(root, select(findings).where(findings.c.application == victim.id, findings.c.step == "verify"))
    assert victim.blob in finding.detail


def test_claims_that_were_exchanged_between_two_persons_do_not_open(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    victim = claims(root)[0]
    named = rows(root, select(persons).where(persons.c.application == victim.id))[:2]
    with hub_at(root, at(10)) as hub:
        sheet_of(hub, victim, package_of(hub, victim))
        exchange(hub, persons, "claim", ("application", "role", "ordinal"), named)
        with pytest.raises(EvidenceBroken):
            sheet_of(hub, victim, package_of(hub, victim))


def test_signers_that_were_exchanged_between_two_applications_do_not_open(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    victim = claims(root)[0]
    two = rows(root, select(verifications).where(verifications.c.signer.is_not(None)))[:2]
    with hub_at(root, at(10)) as hub:
        exchange(hub, verifications, "signer", ("application",), two)
        with pytest.raises(EvidenceBroken):
            sheet_of(hub, victim, package_of(hub, victim))


def test_records_that_were_exchanged_between_two_applications_are_not_released(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    two = rows(root, select(canonical).where(canonical.c.application.in_([row.id for row in claims(root)])))[:2]
    with hub_at(root, at(10)) as hub:
        exchange(hub, canonical, "records", ("application",), two)
    with pytest.raises(EvidenceBroken):
        run(root, ("release",), at(10))
    assert rows(root, select(batches)) == []


def test_a_released_file_that_was_changed_is_not_delivered_and_stops_its_destination_only(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    run(root, ("release",), at(9))
    victim, *others = rows(root, select(batches).order_by(batches.c.id))
    flip(root / "sealed" / victim.blob)
    with outside(root, at(9)), pytest.raises(EvidenceBroken, match=victim.blob):
        run(root, ("deliver",), at(9))
    states = {row.id: row.state for row in rows(root, select(batches))}
    assert states[victim.id] == "released"
    assert {states[row.id] for row in others if row.destination != victim.destination} == {"delivered"}
    assert alarms_of(root) == {("EVIDENCE_BROKEN", victim.destination)}
    assert rows(root, select(applications).where(applications.c.disposition == "delivered"))


def test_residents_that_were_exchanged_in_the_register_do_not_open(own: Own, checked_root: Path) -> None:
    root = own(checked_root)
    with hub_at(root, at(10)) as hub:
        two = hub.journal.rows(select(residents).order_by(residents.c.atena).limit(2))
        exchange(hub, residents, "sealed", ("municipality", "atena"), two)
        with pytest.raises(EvidenceBroken):
            by_atena(hub, two[0].atena)


def test_a_released_file_that_was_changed_makes_the_day_red_and_is_named(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    batch = rows(root, select(batches).order_by(batches.c.id))[0]
    flip(root / "sealed" / batch.blob)
    with hub_at(root, at(18)) as hub:
        close = inspect_day(hub, DAY)
    assert list(close.problems) == [f"{batch.destination}/{batch.name}: 控えのファイルが壊れています"]
    assert not close.balanced


def test_a_file_whose_delivery_is_no_longer_noted_makes_the_day_red_and_is_named(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    batch = rows(root, select(batches).order_by(batches.c.id))[0]
    with hub_at(root, at(18)) as hub:
        with hub.journal.write() as write:
            write.execute(deliveries.delete().where(deliveries.c.batch == batch.id))
            write.leaf("tampered")
        close = inspect_day(hub, DAY)
        day_report(hub, close)
    assert list(close.problems) == [f"{batch.destination}/{batch.name}: 配信済みですが、配信の記録がありません"]


def test_no_sealed_file_shows_what_it_holds(checked_root: Path) -> None:
    numbers = (checked_root / "sandbox/town/numbers.txt").read_bytes().split()
    sealed = b"".join(file.read_bytes() for file in (checked_root / "sealed").rglob("*") if file.is_file())
    journal = (checked_root / "hub.db").read_bytes()
    assert rows(checked_root, select(parts))
    assert not [number for number in numbers if number in sealed or number in journal]
    assert "申請情報".encode() not in sealed
