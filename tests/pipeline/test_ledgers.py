"""Ledgers night after night: full, delta, database; whatever is wrong with an extract, the state before it stands and the others go on."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mappings.canonical_lines import row_of
from pipeline.hub import Hub
from pipeline.journal.copy_tables import copy_extracts
from pipeline.places import PROJECT
from pipeline.steps.ledgers import ledgers
from pipeline.sync.currents import current_lines, current_of, current_store
from sandbox.connection_files import write_connections
from sandbox.ledgers import advance, read_kinds, truth, write_extract
from tests.pipeline.days import DAY, NAHA, NEXT_DAY, alarms_of, at, copied, hub_at, run

Own = Callable[[Path], Path]
LEDGER, KIND = "jifuyo", "jifuyo-jukyu"
SWITCH = date(2027, 6, 1)


@pytest.fixture
def root(own: Own, made_root: Path) -> Path:
    """The town in the evening, its ledgers within reach."""
    root = own(made_root)
    write_connections(root, client_id=NAHA, portal=1, osr=1, sftp=1, host_key="ssh-ed25519 AAAA")
    return root


@pytest.fixture(scope="module")
def taken_root(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town after its ledgers were taken in once."""
    root = copied(made_root, tmp_path_factory.mktemp("taken") / "root")
    write_connections(root, client_id=NAHA, portal=1, osr=1, sftp=1, host_key="ssh-ed25519 AAAA")
    _take(root, at(22))
    return root


def _take(root: Path, moment: datetime) -> dict[str, int]:
    return run(root, ("ledgers",), moment)["ledgers"]


def _held(hub: Hub, kind: str) -> dict[str, dict[str, str | None]]:
    """What the current file of a kind holds, by key as the sandbox writes it."""
    current, declared = current_of(hub, kind), hub.catalogue.copies[kind]
    assert current is not None
    lines = list(current_lines(hub, current))
    assert lines == sorted(lines)
    assert len(lines) == current.file.lines
    rows = [row_of(declared, declared.layout(current.layout), line) for line in lines]
    return {" ".join(str(row[name]) for name in declared.key): row for row in rows}


def _check_equal(root: Path, moment: datetime) -> None:
    """Every current file holds what the ledgers' own book holds, in the layout of the day."""
    with hub_at(root, moment) as hub:
        _check_held(hub)


def _check_held(hub: Hub) -> None:
    book = truth(hub.root.folder / "sandbox/ledgers")
    for kind in hub.catalogue.copies.values():
        layout = kind.layout_on(hub.clock.now().date())
        assert layout is not None
        wanted = {key: {name: row.get(name) for name in layout.items} for key, row in book[kind.id].items()}
        assert _held(hub, kind.id) == wanted, kind.id


def _refused(hub: Hub) -> list[tuple[str, int, str]]:
    found = hub.journal.rows(select(copy_extracts).where(copy_extracts.c.state == "refused").order_by(copy_extracts.c.id))
    return [(row.name, row.rows, row.reason) for row in found]


def test_every_ledger_is_taken_in_once_and_lies_sealed(root: Path) -> None:
    first, again = _take(root, at(22)), _take(root, at(23))
    assert first == {"taken": 5, "refused": 0, "unreachable": 0}
    assert again == {"taken": 0, "refused": 0, "unreachable": 0}
    _check_equal(root, at(23))
    stored = [file.read_bytes() for file in (root / "copies").rglob("*") if file.is_file()]
    assert len(stored) == 5
    assert not any("ワクチン".encode() in data for data in stored)
    assert alarms_of(root) == set()


def test_night_after_night_deltas_full_extracts_and_a_new_layout_follow_the_ledgers(root: Path) -> None:
    folder = root / "sandbox/ledgers"
    _take(root, at(22))
    moved = 0
    for day in [DAY + timedelta(days=place) for place in (0, 1, 5)] + [SWITCH - timedelta(days=1), SWITCH]:
        moved += sum(sum(counts.values()) for counts in advance(folder, day).values())
        counts = _take(root, at(22, 30, day=day))
        # The database of the first day was read before the ledgers changed in its evening.
        assert counts["refused"] == counts["unreachable"] == 0
        if day != DAY:
            _check_equal(root, at(23, day=day))
    assert moved > 20


def test_a_delta_that_comes_late_is_put_in_its_place(root: Path) -> None:
    folder = root / "sandbox/ledgers"
    advance(folder, DAY)
    late = list(folder.glob("*/*_delta_*"))
    aside = root / "aside"
    aside.mkdir()
    for file in late:
        shutil.move(file, aside / file.name)
    _take(root, at(22))
    advance(folder, NEXT_DAY)
    _take(root, at(22, day=NEXT_DAY))
    for file in late:
        shutil.move(aside / file.name, file)
    _take(root, at(23, day=NEXT_DAY))
    _check_equal(root, at(23, day=NEXT_DAY))


def _extract(root: Path, *, full: bool = True, stamp: str = "202611242000", code: str = NAHA, layout: str = "2026-06-01") -> Path:
    """Write an extract of the ledger as it is, without change."""
    kind = read_kinds()[KIND]
    rows = truth(root / "sandbox/ledgers")[KIND]
    items = kind.layouts[layout]
    header = ["団体コード", *(kind.columns[name] for name in items)]
    name = f"{code}_{KIND}_{'full' if full else 'delta'}_{stamp}.csv"
    cells = [[code, *(row.get(item, "") for item in items)] for _, row in sorted(rows.items())]
    return write_extract(root / "sandbox/ledgers" / LEDGER, name, header, cells)


def _edited(root: Path, edit: Callable[[list[list[str]]], None]) -> Path:
    """An extract whose rows, the header first, were edited before it was finished."""
    path = _extract(root)
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    edit(rows)
    return write_extract(path.parent, path.name, rows[0], rows[1:])


def _cut(root: Path) -> None:
    path = _extract(root)
    path.write_bytes(path.read_bytes()[:-200])


def _change_byte(root: Path) -> None:
    path = _extract(root)
    path.write_bytes(path.read_bytes().replace(b",1,", b",2,", 1))


def _half(rows: list[list[str]]) -> None:
    del rows[1 : 1 + len(rows) // 2]


def _cell(column: int, value: str) -> Callable[[list[list[str]]], None]:
    def edit(rows: list[list[str]]) -> None:
        rows[2][column] = value

    return edit


WRONG: dict[str, tuple[str, Callable[[Path], object]]] = {
    "cut": ("LEDGER_TRUNCATED", _cut),
    "changed on its way": ("LEDGER_BYTES", _change_byte),
    "header in another order": ("LEDGER_HEADER", lambda root: _edited(root, lambda rows: rows[0].reverse())),
    "header of an old book": ("LEDGER_HEADER", lambda root: _edited(root, lambda rows: rows[0].__setitem__(3, "要件"))),
    "layout of next June": ("LEDGER_LAYOUT", lambda root: _extract(root, layout="2027-06-01")),
    "another municipality's file": ("LEDGER_FOREIGN", lambda root: _extract(root, code="472026")),
    "another municipality's row": ("LEDGER_FOREIGN", lambda root: _edited(root, _cell(0, "472026"))),
    "half of the people gone": ("LEDGER_SHRUNK", lambda root: _edited(root, _half)),
    "a day that has not come": ("LEDGER_FUTURE", lambda root: _edited(root, _cell(4, "2026-11-25"))),
    "an extract of tomorrow": ("LEDGER_FUTURE", lambda root: _extract(root, stamp="202611252000")),
    "a record twice": ("LEDGER_DUPLICATE", lambda root: _edited(root, lambda rows: rows.append(rows[1]))),
    "a number of fourteen digits": ("LEDGER_ATENA", lambda root: _edited(root, _cell(1, "00000000001132"))),
    "a number in full width": ("LEDGER_ATENA", lambda root: _edited(root, _cell(1, "０００００００００００１１３２０"))),
    "a day that does not exist": ("LEDGER_ROW", lambda root: _edited(root, _cell(4, "2026-02-30"))),
    "a value that is too long": ("LEDGER_ROW", lambda root: _edited(root, _cell(2, "F" * 11))),
    "an item missing that must be there": ("LEDGER_ROW", lambda root: _edited(root, _cell(2, ""))),
    "a cell too many": ("LEDGER_ROW", lambda root: _edited(root, lambda rows: rows[2].append(""))),
    "a delta without 更新区分": ("LEDGER_HEADER", lambda root: _extract(root, full=False)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_faulty_extract_changes_nothing_says_why_and_the_other_ledgers_go_on(own: Own, taken_root: Path, wrong: str) -> None:
    root, (code, make) = own(taken_root), WRONG[wrong]
    make(root)
    write_extract(root / "sandbox/ledgers/boshi", "472018_boshi-ninpu_delta_202611242000.csv", _delta_header("boshi-ninpu"), [])
    with hub_at(root, at(23)) as hub:
        before = {kind: current_of(hub, kind) for kind in hub.catalogue.copies}
        counts = ledgers(hub)
        after = {kind: current_of(hub, kind) for kind in hub.catalogue.copies}
        ((name, rows, reason),) = _refused(hub)
        _check_held(hub)
        assert len([file for file in current_store(hub).folder.rglob("*") if file.is_file()]) == len(after)
    assert counts == {"taken": 1, "refused": 1, "unreachable": 0}
    assert {kind for kind in before if before[kind] != after[kind]} == {"boshi-ninpu"}
    assert (reason, rows <= 60) == (code, True)
    assert alarms_of(root) == {("LEDGER_REFUSED", f"{name} {code}")}


def _delta_header(kind: str) -> list[str]:
    declared = read_kinds()[kind]
    return ["団体コード", *(declared.columns[name] for name in declared.layouts["2026-06-01"]), "更新区分"]


@pytest.mark.parametrize("spoil", [lambda root: _edited(root, _half), lambda root: _extract(root, stamp="202711242000")])
def test_a_refused_extract_is_refused_again_each_night_and_a_good_one_heals_it(
    own: Own, taken_root: Path, spoil: Callable[[Path], object]
) -> None:
    root = own(taken_root)
    spoil(root)
    with hub_at(root, at(22)) as hub:
        assert [ledgers(hub)["refused"] for _ in range(2)] == [1, 1]
        assert len(_refused(hub)) == 1
        _extract(root)
        assert ledgers(hub)["taken"] == 1
        _check_held(hub)


def test_a_delta_in_the_new_layout_waits_for_a_full_extract_in_it(own: Own, taken_root: Path) -> None:
    root = own(taken_root)
    declared = read_kinds()[KIND]
    header = ["団体コード", *(declared.columns[name] for name in declared.layouts[SWITCH.isoformat()]), "更新区分"]
    write_extract(root / "sandbox/ledgers" / LEDGER, f"{NAHA}_{KIND}_delta_202706011800.csv", header, [])
    with hub_at(root, at(22, day=SWITCH)) as hub:
        ledgers(hub)
        assert _refused(hub) == [(f"{NAHA}_{KIND}_delta_202706011800.csv", 0, "LEDGER_NO_BASE")]


def test_nothing_is_read_outside_the_night_and_a_night_reads_a_database_once(root: Path) -> None:
    assert _take(root, at(17)) == {"skipped": 1}
    assert _take(root, at(22))["taken"] == 5
    assert _take(root, at(1, day=NEXT_DAY))["taken"] == 0
    assert _take(root, at(22, day=NEXT_DAY))["taken"] == 1


def test_ledgers_out_of_reach_raise_alarms_and_the_others_go_on(root: Path) -> None:
    shutil.rmtree(root / "sandbox/ledgers/boshi")
    (root / "sandbox/ledgers/hoiku.db").unlink()
    assert _take(root, at(22)) == {"taken": 3, "refused": 0, "unreachable": 2}
    assert alarms_of(root) == {("LEDGER_UNREACHABLE", "boshi"), ("LEDGER_UNREACHABLE", "hoiku")}


def test_wrong_rows_of_the_database_are_refused_as_those_of_a_file(root: Path) -> None:
    with closing(sqlite3.connect(root / "sandbox/ledgers/hoiku.db")) as link, link:
        link.execute('UPDATE 認定台帳 SET "団体コード" = ? WHERE rowid = 1', ("472026",))
        link.execute('UPDATE 認定台帳 SET "認定年月日" = ? WHERE rowid = 2', ("2030-01-01",))
    with hub_at(root, at(22)) as hub:
        assert ledgers(hub)["refused"] == 1
        ((name, _, reason),) = _refused(hub)
    assert (name, reason) == (f"{NAHA}_hoiku-nintei-joho_query_{DAY:%Y%m%d}", "LEDGER_FOREIGN")


def test_nothing_of_a_resident_stands_in_journal_rows_or_logs(own: Own, taken_root: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = own(taken_root)
    caplog.set_level("INFO")
    _edited(root, _cell(2, "秘密の証書番号です長い"))
    with hub_at(root, at(23)) as hub:
        ledgers(hub)
        told = json.dumps([vars(record) for record in caplog.records], default=str, ensure_ascii=False)
        told += "".join(str(row) for row in hub.journal.rows(select(copy_extracts)))
    numbers = [key.split(" ")[0] for rows in truth(root / "sandbox/ledgers").values() for key in rows]
    assert "秘密" not in told
    assert not [number for number in numbers if number in told]


def test_protected_persons_are_in_the_ledgers(root: Path) -> None:
    people = [json.loads(line) for line in (root / "sandbox/town/people.jsonl").read_text(encoding="utf-8").splitlines()]
    protected = {person["atena"] for person in people if person["protected"]}
    named = {key.split(" ")[0] for rows in truth(root / "sandbox/ledgers").values() for key in rows}
    assert protected & named
    assert named <= {person["atena"] for person in people}


STOPPED = """
import sys
from pathlib import Path
from tests.pipeline.days import DAY, at, run
run(Path(sys.argv[1]), ("ledgers",), at(22))
"""


@pytest.mark.parametrize("point", ["lines.written", "ledgers.state_written", "ledger_extract_taken.before_commit", "ledgers.extract_taken"])
def test_a_kill_at_any_point_leaves_the_state_before_or_the_one_after_and_the_rerun_goes_on(root: Path, point: str) -> None:
    environment = {**os.environ, "HUB_FAULT": f"{point}:2:kill", "PYTHONPATH": str(PROJECT)}
    stopped = subprocess.run([sys.executable, "-c", STOPPED, str(root)], env=environment, check=False, capture_output=True)
    assert stopped.returncode == -signal.SIGKILL
    with hub_at(root, at(23)) as hub:
        ledgers(hub)
        _check_held(hub)
        assert len([file for file in (root / "copies").rglob("*") if file.is_file()]) == 5
        assert len(hub.journal.rows(select(copy_extracts))) == 5
