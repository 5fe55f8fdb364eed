"""未提出者一覧: who is expected, what came online, on paper or at the counter, who was reminded; wrong files change nothing."""

import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from connectors.expected_people import read_papers
from pipeline.cli import main
from pipeline.expected_acts import enter_papers, remind
from pipeline.expected_lists import expected_lists, figures, list_file
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.evidence_tables import alarms, log_leaves
from pipeline.journal.expected_tables import expected_filings, expected_reminders
from pipeline.journal.intake_tables import applications, persons
from pipeline.journal.register_tables import residents
from pipeline.journal.repeat_tables import counter_book
from pipeline.repeat_traits import note_period, traits_from, write_marks
from pipeline.steps.expected_filings import take_in_expected_filings
from tests.flow.kills import forked
from tests.pipeline.days import DAY, NAHA, at, hub_at
from vocabulary.findings import Refused

PROCEDURE, YEAR = "jidoteate-genkyo", "2026"
CLERK, CHIEF = "jidoteate-01", "jidoteate-kakaricho"
HEADING = "手続,年度,宛名番号,受領日,受付番号"
NOTED = {"actor": CLERK, "reason": "窓口で受け取った"}


@pytest.fixture
def hub(checked_root: Path, own: Callable[[Path], Path]) -> Iterator[Hub]:
    root = own(checked_root)
    shutil.rmtree(root / "sandbox/expected", ignore_errors=True)
    with hub_at(root, at(9)) as opened:
        yield opened


@pytest.fixture
def people(hub: Hub) -> list[str]:
    """Five residents who are not protected, expected by the extract of today."""
    known = select(residents.c.atena).where(residents.c.protected.is_(False)).order_by(residents.c.atena)
    chosen = [row.atena for row in hub.journal.rows(known)][:5]
    publish(hub, chosen)
    take_in_expected_filings(hub)
    return chosen


def publish(hub: Hub, chosen: list[str], *, hour: str = "06", rows: str = "", procedure: str = PROCEDURE) -> None:
    """An extract of today, as the business system writes it."""
    folder = hub.folder("expected") if (hub.root.connections / "expected.json").is_file() else hub.root.folder / "sandbox/expected"
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["団体コード,年度,宛名番号", *(f"{NAHA},{YEAR},{atena}" for atena in chosen), *filter(None, [rows])]
    data = "".join(f"{line}\r\n" for line in lines).encode()
    file = folder / f"{NAHA}_{procedure}_full_{DAY:%Y%m%d}{hour}00.csv"
    file.write_bytes(data)
    end = {"rows": len(lines) - 1, "sha256": sha256(data).hexdigest()}
    file.with_name(f"{file.name}.end").write_text(dumps(end), encoding="utf-8")


def states(hub: Hub) -> dict[str, str]:
    return {one.atena: one.state for key, listed in expected_lists(hub).items() if key[0] == PROCEDURE for one in listed}


def filed(hub: Hub, atena: str, *, year: str = YEAR) -> int:
    """An application of the person, made from one of the day."""
    row = hub.journal.rows(select(applications).where(applications.c.stage != "stored").order_by(applications.c.id))[0]
    with hub.journal.write() as write:
        write.execute(update(applications).where(applications.c.id == row.id).values(procedure=PROCEDURE))
        claim = {"role": "recipient", "ordinal": 9, "claim": b"-", "method": "serial", "number_check": "none", "protected": False}
        write.insert_many(persons, [{"application": row.id, "atena": atena, **claim}])
        note_period(hub, write, row.id, [year])
        write.leaf("filed_for_a_test")
    return int(row.id)


def papers(folder: Path, *lines: str, heading: str = HEADING, encoding: str = "utf-8-sig") -> Path:
    file = folder / "紙の受領.csv"
    file.write_bytes("\r\n".join([heading, *lines, ""]).encode(encoding))
    return file


def test_everybody_of_the_extract_is_missing_first_and_a_second_run_changes_nothing(hub: Hub, people: list[str]) -> None:
    assert states(hub) == dict.fromkeys(people, "missing")
    before = hub.journal.rows(select(log_leaves))
    assert take_in_expected_filings(hub)["files"] == 0
    assert hub.journal.rows(select(log_leaves)) == before


def test_the_numbers_lie_sealed_in_the_journal(hub: Hub, people: list[str]) -> None:
    for row in hub.journal.rows(select(expected_filings)):
        assert not [atena for atena in people if atena in row.person or atena.encode() in row.sealed]


def test_an_online_filing_answers_by_person_and_year_and_counts_no_more_once_withdrawn(hub: Hub, people: list[str]) -> None:
    key = filed(hub, people[0])
    take_in_expected_filings(hub)
    assert states(hub) == {**dict.fromkeys(people, "missing"), people[0]: "online"}
    with hub.journal.write() as write:
        write.execute(update(applications).where(applications.c.id == key).values(disposition="withdrawn", reason=None))
        write.leaf("withdrawn_for_a_test")
    take_in_expected_filings(hub)
    assert states(hub) == dict.fromkeys(people, "missing")


def test_a_filing_for_another_year_answers_nothing(hub: Hub, people: list[str]) -> None:
    filed(hub, people[0], year="2025")
    take_in_expected_filings(hub)
    assert states(hub) == dict.fromkeys(people, "missing")


def test_the_counters_book_answers_as_paper(hub: Hub, people: list[str]) -> None:
    line = {"municipality": NAHA, "number": "窓口第9号", "procedure": PROCEDURE, "received_on": "2026-06-10", "channel": "paper"}
    with hub.journal.write() as write:
        write_marks(hub, write, "counter", write.insert_row(counter_book, line), traits_from(hub, {"filer": [people[1]]}))
        write.leaf("booked_for_a_test")
    take_in_expected_filings(hub)
    assert states(hub)[people[1]] == "paper"


def test_missing_paper_and_reminded_add_up_and_the_files_say_the_same(hub: Hub, people: list[str], tmp_path: Path) -> None:
    filed(hub, people[0])
    take_in_expected_filings(hub)
    assert enter_papers(hub, papers(tmp_path, f"{PROCEDURE},{YEAR},{people[1]},2026-06-10,紙第1号", encoding="cp932"), **NOTED) == 1
    new, file = remind(hub, PROCEDURE, YEAR, actor=CLERK, reason="期限を過ぎたため")
    assert new == 3
    found = expected_lists(hub)[PROCEDURE, YEAR, False]
    assert figures(found) == [("対象", 5), ("電子", 1), ("紙", 1), ("未提出", 3), ("うち督促済", 3)]
    assert [one.state for one in found] == ["reminded"] * 3 + ["online", "paper"]
    page = list_file(hub, PROCEDURE, YEAR, apart=False).read_text(encoding="utf-8")
    assert "紙 紙第1号" in page
    reminders = file.read_text(encoding="utf-8")
    assert [atena in reminders for atena in people] == [False, False, True, True, True]


def test_reminding_and_noting_paper_twice_has_one_effect(hub: Hub, people: list[str], tmp_path: Path) -> None:
    file = papers(tmp_path, f"{PROCEDURE},{YEAR},{people[1]},2026-06-10,紙第1号")
    assert [enter_papers(hub, file, **NOTED) for _ in range(2)] == [1, 0]
    assert [remind(hub, PROCEDURE, YEAR, **NOTED)[0] for _ in range(2)] == [4, 0]
    assert len(hub.journal.rows(select(expected_reminders))) == 4
    assert [act.kind for act in hub.journal.rows(select(acts).order_by(acts.c.id))] == ["paper", "remind"]


def test_who_leaves_the_extract_is_expected_no_more_and_comes_back_with_what_was_known(hub: Hub, people: list[str], tmp_path: Path) -> None:
    enter_papers(hub, papers(tmp_path, f"{PROCEDURE},{YEAR},{people[0]},2026-06-10,紙第1号"), **NOTED)
    publish(hub, people[1:], hour="07")
    take_in_expected_filings(hub)
    assert set(states(hub)) == set(people[1:])
    publish(hub, people, hour="08")
    take_in_expected_filings(hub)
    assert states(hub)[people[0]] == "paper"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (f"{NAHA},{YEAR},12345", "LEDGER_ROW"),
        (f"472077,{YEAR},000000000012345", "LEDGER_FOREIGN"),
        (f"{NAHA},令和8,000000000012345", "LEDGER_ROW"),
    ],
)
def test_a_wrong_extract_raises_an_alarm_and_leaves_what_was_known(hub: Hub, people: list[str], rows: str, code: str) -> None:
    publish(hub, people[:2], hour="07", rows=rows)
    assert take_in_expected_filings(hub)["refused"] == 1
    assert states(hub) == dict.fromkeys(people, "missing")
    [alarm] = hub.journal.rows(select(alarms).where(alarms.c.kind == "EXPECTED_REFUSED"))
    assert alarm.subject == f"{NAHA}_{PROCEDURE}_full_{DAY:%Y%m%d}0700.csv:4 {code}"


def test_an_extract_of_a_day_to_come_is_told_and_hides_none_of_today(hub: Hub, people: list[str]) -> None:
    publish(hub, people[:1], hour="07")
    for file in hub.folder("expected").glob(f"*{PROCEDURE}*07*"):
        file.rename(file.with_name(file.name.replace("2026", "2027")))
    publish(hub, people[:2], hour="08")
    assert take_in_expected_filings(hub)["refused"] == 1
    assert set(states(hub)) == set(people[:2])
    [alarm] = hub.journal.rows(select(alarms).where(alarms.c.kind == "EXPECTED_REFUSED"))
    assert alarm.subject.endswith("LEDGER_FUTURE")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nothing,2026,{atena},2026-06-10,紙1", "手続 must be one of jidoteate-genkyo"),
        ("jidoteate-genkyo,R8,{atena},2026-06-10,紙1", "年度 is no year"),
        ("jidoteate-genkyo,2026,123456789018,2026-06-10,紙1", "宛名番号 is not 15 digits"),
        ("jidoteate-genkyo,2026,{atena},2026-6-10,紙1", "受領日 is no day"),
        ("jidoteate-genkyo,2026,{atena},2026-W24-3,紙1", "受領日 is no day"),
        ("jidoteate-genkyo,2026,{atena},2027-06-10,紙1", "受領日 is not there yet"),
        ("jidoteate-genkyo,2026,{atena},2026-06-10,=cmd()", "受付番号 is missing or not"),
        ("jidoteate-genkyo,2026,{atena},2026-06-10", "needs 5 cells"),
        ("jidoteate-genkyo,2026,000000000000000,2026-06-10,紙1", "nobody expected"),
        ("jidoteate-genkyo,2026,{first},2026-06-10,紙1", "the same person stands twice"),
    ],
)
def test_a_wrong_paper_file_is_refused_with_its_line_and_changes_nothing(
    hub: Hub, people: list[str], tmp_path: Path, line: str, says: str
) -> None:
    file = papers(tmp_path, f"{PROCEDURE},{YEAR},{people[0]},2026-06-10,紙第1号", line.format(atena=people[1], first=people[0]))
    with pytest.raises(Refused) as refused:
        enter_papers(hub, file, **NOTED)
    assert refused.value.finding.code == "PAPER_ROW"
    assert refused.value.finding.where.startswith(f"{file.name}:3 {says}")
    assert "123456789018" not in refused.value.finding.where
    assert states(hub) == dict.fromkeys(people, "missing")


@given(data=st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_bytes_make_more_of_a_paper_file_than_a_refusal(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("papers") / "x.csv"
    file.write_bytes(data)
    with pytest.raises(Refused) as refused:
        read_papers(file, DAY)
    assert refused.value.finding.where.startswith("x.csv:")


def test_protected_people_stand_on_the_list_apart_only_and_are_reminded_by_whoever_may_see_them(hub: Hub, people: list[str]) -> None:
    with hub.journal.write() as write:
        write.execute(update(residents).where(residents.c.atena == people[0]).values(protected=True))
        write.leaf("protected_for_a_test")
    take_in_expected_filings(hub)
    usual, apart = (list_file(hub, PROCEDURE, YEAR, apart=one) for one in (False, True))
    assert people[0] not in usual.read_text(encoding="utf-8")
    assert people[0] in apart.read_text(encoding="utf-8")
    assert figures(expected_lists(hub)[PROCEDURE, YEAR, False])[0] == ("対象", 4)
    assert remind(hub, PROCEDURE, YEAR, actor=CLERK, reason="期限")[0] == 4
    assert states(hub)[people[0]] == "missing"
    assert remind(hub, PROCEDURE, YEAR, actor=CHIEF, reason="期限")[0] == 1


def test_the_commands_refuse_whoever_may_not_and_tell_figures_without_people(hub: Hub, people: list[str], tmp_path: Path) -> None:
    root = str(hub.root.folder)
    file = papers(tmp_path, f"{PROCEDURE},{YEAR},{people[0]},2026-06-10,紙第1号")
    hub.journal.close()

    def called(*arguments: str) -> Any:
        environment = {"HUB_NOW": at(10).isoformat(), "HUB_ROOT": "", "HUB_DATABASE": ""}
        return CliRunner().invoke(main, ["expected", *arguments, "--root", root], env=environment)

    order = ("--reason", "窓口で受け取った")
    assert called("paper", str(file), "--actor", "hoiku-01", *order).exit_code == 2
    assert called("paper", str(file), "--actor", CLERK, *order).exit_code == 0
    assert called("remind", "jidoteate-nintei", "--actor", CLERK, *order).exit_code == 2
    for period in ("2019", "令和8"):
        wrong = called("remind", PROCEDURE, "--period", period, "--actor", CLERK, *order)
        assert (wrong.exit_code, "取り込まれている年度は 2026" in wrong.output) == (2, True)
    shown = called("show")
    assert "対象 5　電子 0　紙 1　未提出 4" in shown.output
    assert not [atena for atena in people if atena in shown.output]
    file.write_text("x", encoding="utf-8")
    assert called("paper", str(file), "--actor", CLERK, *order).exit_code == 3


def test_a_kill_around_the_paper_receipts_loses_and_doubles_nothing(
    checked_root: Path, own: Callable[[Path], Path], tmp_path: Path
) -> None:
    root = own(checked_root)
    with hub_at(root, at(9)) as before:
        someone = str(before.journal.scalar(select(residents.c.atena).where(residents.c.protected.is_(False))))
        publish(before, [someone])
        take_in_expected_filings(before)
    file = papers(tmp_path, f"{PROCEDURE},{YEAR},{someone},2026-06-10,紙第1号")

    def enter() -> None:
        with hub_at(root, at(10)) as again:
            enter_papers(again, file, **NOTED)

    for point in ("expected_papers_entered.before_commit", "expected_papers_entered.after_commit"):
        assert forked(enter, log=tmp_path / "log", environment={"HUB_FAULT": f"{point}:1:kill"}) == -9
    enter()
    with hub_at(root, at(10)) as after:
        assert states(after)[someone] == "paper"
        assert len(after.journal.rows(select(acts).where(acts.c.kind == "paper"))) == 1
