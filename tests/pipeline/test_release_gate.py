"""The gate before anything leaves (P3): whatever goes wrong while files are laid out, nobody's record reaches anybody else."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, select

from mappings.layouts import Format
from mappings.records import Context, Table, Written
from mappings.release import read
from mappings.release import write as lay_out
from pipeline.balance import balance_of
from pipeline.journal.delivery_tables import batch_items, batches, obligations
from pipeline.journal.intake_tables import applications, findings
from pipeline.places import PROJECT
from pipeline.settings import load_municipality
from pipeline.steps import release
from pipeline.steps.deliver import batch_bytes
from tests.pipeline.days import DAY, NAHA, alarms_of, at, hub_at, outside, rows, run

Tables = dict[str, Table]
Tamper = Callable[[Tables], Tables]
CHILDREN, CLAIMS = "ninteiseikyu_jido", "ninteiseikyu"
STRANGER = "000000000099998"
DESTINATION_OF = {"legacy-fixed": "jidoteate-host", "standard-csv": "jidoteate-std"}


def picked(table: Table, places: list[int]) -> Table:
    """The rows at these places, in this order."""
    columns = {name: [column[place] for place in places] for name, column in table.columns.items()}
    return Table([table.application[place] for place in places], [table.ordinal[place] for place in places], columns)


def with_column(tables: Tables, group: str, name: str, column: list[str | None]) -> Tables:
    return {**tables, group: replace(tables[group], columns={**tables[group].columns, name: column})}


def swap_persons(tables: Tables) -> Tables:
    """Two claimants' 宛名番号 change places."""
    first, second, *rest = tables[CLAIMS].columns["atenabango"]
    return with_column(tables, CLAIMS, "atenabango", [second, first, *rest])


def swap_applications(tables: Tables) -> Tables:
    """Two claims carry each other's 受付番号."""
    first, second, *rest = tables[CLAIMS].columns["uketsukebango"]
    return with_column(tables, CLAIMS, "uketsukebango", [second, first, *rest])


def drop_child(tables: Tables) -> Tables:
    """One child's record is left out; its application still has others."""
    table = tables[CHILDREN]
    return {**tables, CHILDREN: picked(table, list(range(1, len(table.application))))}


def drop_application(tables: Tables) -> Tables:
    """All records of one application are left out."""
    lost = tables[CLAIMS].application[0]
    return {group: picked(table, [at for at, owner in enumerate(table.application) if owner != lost]) for group, table in tables.items()}


def double_child(tables: Tables) -> Tables:
    """One child's record comes twice."""
    return {**tables, CHILDREN: picked(tables[CHILDREN], [0, *range(len(tables[CHILDREN].application))])}


def add_foreigner(tables: Tables) -> Tables:
    """A record of an application that is not of this chunk stands in an accepted one's place."""
    first, *rest = tables[CLAIMS].columns["uketsukebango"]
    return with_column(tables, CLAIMS, "uketsukebango", [f"{first}9"[-len(first or "") :], *rest])


def swap_siblings(tables: Tables) -> Tables:
    """Two children of one claim get each other's 宛名番号."""
    owners, column = tables[CHILDREN].application, list(tables[CHILDREN].columns["atenabango"])
    elder = next(at for at in range(len(owners) - 1) if owners[at] == owners[at + 1] and column[at] and column[at + 1])
    column[elder], column[elder + 1] = column[elder + 1], column[elder]
    return with_column(tables, CHILDREN, "atenabango", column)


def forget_persons(tables: Tables) -> Tables:
    """A claim names nobody."""
    for name in [name for name in tables[CLAIMS].columns if name.endswith("atenabango")]:
        tables = with_column(tables, CLAIMS, name, [None, *tables[CLAIMS].columns[name][1:]])
    return tables


@pytest.fixture
def tampered(own: Callable[[Path], Path], checked_root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Tamper], Path]:
    """A function that releases a root of its own while the claims of one format are laid out wrongly."""

    def release_wrongly(format_id: str, tamper: Tamper) -> Path:
        def lay_out_wrongly(format_: Format, tables: Mapping[str, Table], context: Context) -> Written:
            wrong = format_.id == format_id and context.procedure == "nintei"
            return lay_out(format_, tamper(dict(tables)) if wrong else tables, context)

        monkeypatch.setattr(release, "lay_out", lay_out_wrongly)
        root = own(checked_root)
        run(root, ("release",), at(10))
        return root

    return release_wrongly


@pytest.mark.parametrize("format_id", sorted(DESTINATION_OF))
@pytest.mark.parametrize(
    "tamper", [swap_persons, swap_applications, drop_child, drop_application, double_child, add_foreigner, swap_siblings, forget_persons]
)
def test_files_that_are_not_exactly_what_was_accepted_do_not_leave(
    tampered: Callable[[str, Tamper], Path], format_id: str, tamper: Tamper
) -> None:
    root = tampered(format_id, tamper)
    destination = DESTINATION_OF[format_id]
    names = {row.destination: row.name for row in rows(root, select(batches).order_by(batches.c.id.desc()))}
    assert "nintei" not in names.get(destination, "")
    assert {"jidoteate-host", "jidoteate-std", "hoiku", "hoiku-ichiran", "kenko-kanri"} <= set(names)
    states = {(row.destination, row.state, row.reason) for row in rows(root, owed_by("jidoteate-nintei"))}
    (other,) = set(DESTINATION_OF.values()) - {destination}
    assert states == {(destination, "held", "SUBJECT_MISMATCH"), (other, "released", None)}
    assert alarms_of(root) == {("SUBJECT_MISMATCH", destination)}


@pytest.mark.parametrize("format_id", ["clerk-workbook", "standard-xml"])
def test_a_strangers_number_leaves_in_no_workbook_and_no_xml(
    own: Callable[[Path], Path], checked_root: Path, monkeypatch: pytest.MonkeyPatch, format_id: str
) -> None:
    def lay_out_wrongly(format_: Format, tables: Mapping[str, Table], context: Context) -> Written:
        if format_.id != format_id:
            return lay_out(format_, tables, context)
        group = next(name for name, table in tables.items() if table.application)
        person = format_.persons(group)[0]
        return lay_out(format_, with_column(dict(tables), group, person, [STRANGER, *tables[group].columns[person][1:]]), context)

    monkeypatch.setattr(release, "lay_out", lay_out_wrongly)
    root = own(checked_root)
    run(root, ("release",), at(10))
    settings = load_municipality(PROJECT / "municipalities", NAHA)
    concerned = {name for name, setting in settings.destinations.items() if setting.format == format_id}
    left = rows(root, select(obligations.c.destination, obligations.c.state, obligations.c.reason))
    assert {(row.state, row.reason) for row in left if row.destination in concerned} == {("held", "SUBJECT_MISMATCH")}
    assert {row.state for row in left if row.destination not in concerned} == {"released"}
    assert not concerned & {row.destination for row in rows(root, select(batches.c.destination))}


def owed_by(procedure: str) -> Select[Any]:
    joined = select(obligations).join(applications, applications.c.id == obligations.c.application)
    return joined.where(applications.c.procedure == procedure)


def test_bytes_that_say_a_record_twice_do_not_leave(
    own: Callable[[Path], Path], checked_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def double_last_line(format_: Format, tables: Mapping[str, Table], context: Context) -> Written:
        written = lay_out(format_, tables, context)
        if format_.id != "standard-csv":
            return written
        files = tuple(replace(file, data=file.data + file.data.splitlines(keepends=True)[-1]) for file in written.files)
        return replace(written, files=files)

    monkeypatch.setattr(release, "lay_out", double_last_line)
    root = own(checked_root)
    run(root, ("release",), at(10))
    settings = load_municipality(PROJECT / "municipalities", NAHA)
    others = {name for name, setting in settings.destinations.items() if setting.format != "standard-csv"}
    assert {"jidoteate-host", "hoiku-ichiran"} <= {row.destination for row in rows(root, select(batches.c.destination))} <= others


def test_stopped_applications_are_held_when_their_other_file_has_left_and_the_day_adds_up(tampered: Callable[[str, Tamper], Path]) -> None:
    root = tampered("standard-csv", swap_persons)
    with outside(root, at(11)):
        run(root, ("deliver",), at(11))
    ended = {(row.procedure, row.disposition, row.reason) for row in rows(root, select(applications)) if row.stage == "delivered"}
    held = {("jidoteate-nintei", "held", "SUBJECT_MISMATCH")}
    assert {one for one in ended if one[1] != "delivered"} == held
    assert len(ended - held) >= 3
    noted = rows(root, select(findings.c.application).where(findings.c.code == "SUBJECT_MISMATCH"))
    assert {row.application for row in noted} == {row.application for row in rows(root, owed_by("jidoteate-nintei"))}
    with hub_at(root, at(12)) as hub:
        assert balance_of(hub, DAY).holds


def test_the_lineage_of_every_record_leads_to_its_own_bytes(delivered_root: Path) -> None:
    with hub_at(delivered_root, at(12)) as hub:
        receipt_of = {row.id: row.receipt for row in hub.journal.rows(select(applications))}
        for batch in hub.journal.rows(select(batches)):
            data = batch_bytes(hub, batch)
            assert (hub.root.delivered / batch.destination / batch.name).read_bytes() == data
            items = hub.journal.rows(select(batch_items).where(batch_items.c.batch == batch.id).order_by(batch_items.c.offset))
            records = read(hub.catalogue.formats[batch.format], data)
            # The heading of a CSV is all that tells of its group, and some groups have the same one.
            columns = hub.catalogue.formats[batch.format].columns
            assert [(columns[item.record_kind], receipt_of[item.application]) for item in items] == [
                (columns[record.kind], record.fields["uketsukebango"]) for record in records
            ]
            for item in items:
                piece = data[item.offset : item.offset + item.length]
                assert hashlib.sha256(piece).hexdigest() == item.digest
                assert receipt_of[item.application].encode() in piece
