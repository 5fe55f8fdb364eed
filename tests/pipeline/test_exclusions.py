"""Who is left out of a campaign, when it is planned and again at the moment of sending, and the stop list by command and by sheet."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select

from pipeline.campaigns.planning import make_plan
from pipeline.campaigns.waves import owe_campaigns
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.campaign_tables import campaign_people, stop_list
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.evidence_tables import alarms, log_leaves
from pipeline.journal.register_tables import residents
from pipeline.notices.exclusions import CHECKS, Concerned, reasons_for, reasons_not_to_send
from pipeline.notices.stop_list import CATEGORIES, StopOrder, add_stop, end_stop, standing_stops, stops_of
from pipeline.notices.stop_sheets import take_stop_sheets
from pipeline.residents import by_atena, by_household, resident_context
from tests.pipeline.campaigns import CLERK, KIND, MORNING, approved, change_resident, informed, people_of, rows_of
from tests.pipeline.days import DAY, hub_at

Own = Callable[[Path], Path]
Told = Callable[[Hub, str, str], str]


@pytest.fixture(scope="module")
def informed_root(made_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return informed(made_root, tmp_path_factory.mktemp("informed"))


@pytest.fixture
def root(own: Own, informed_root: Path) -> Path:
    return own(informed_root)


def _stop(category: str) -> Callable[[Hub, str, str], None]:
    def say(hub: Hub, person: str, _addressee: str) -> None:
        add_stop(hub, StopOrder(person, frozenset({KIND}), category), actor=CLERK, reason="試験")

    return say


def _of_addressee(**values: object) -> Callable[[Hub, str, str], None]:
    return lambda hub, _person, addressee: change_resident(hub, addressee, **values)


def _of_child(**values: object) -> Callable[[Hub, str, str], None]:
    return lambda hub, person, _addressee: change_resident(hub, person, **values)


HAPPENED: dict[str, tuple[Callable[[Hub, str, str], None], str]] = {
    "child died": (_of_child(kind="4"), "DECEASED_PERSON"),
    "guardian died": (_of_addressee(kind="4"), "DECEASED_PERSON"),
    "child moved away": (_of_child(kind="3"), "MOVED_AWAY"),
    "child protected": (_of_child(protected=True), "PROTECTED_PERSON"),
    "guardian protected": (_of_addressee(protected=True), "PROTECTED_PERSON"),
    **{f"stop list: {category}": (_stop(category), code) for category, (_, code) in CATEGORIES.items()},
}


def reason_not_to_send(hub: Hub, row: Row[Any]) -> str | None:
    return reasons_not_to_send(hub, [row]).get(row.id)


@pytest.mark.parametrize("what", HAPPENED)
def test_an_exclusion_holds_when_planned_and_again_at_the_moment_of_sending(root: Path, what: str) -> None:
    happen, code = HAPPENED[what]
    with hub_at(root, MORNING) as hub:
        key = approved(hub)
        person, addressee = next(one for one in rows_of(hub, key))
        owe_campaigns(hub)
        row = _notice(hub, key, person)
        assert reason_not_to_send(hub, row) is None
        happen(hub, person, addressee)
        planned = {one.person: one.code for one in make_plan(hub, KIND, DAY).people}
        # A guardian who died is no addressee of a new plan: the other parent is, or nobody.
        assert planned[person] == code or what == "guardian died"
        assert reason_not_to_send(hub, row) == code


def _notice(hub: Hub, key: int, person: str) -> Row[Any]:
    mine = (campaign_people.c.campaign == key) & (campaign_people.c.person == person)
    notice = hub.journal.scalar(select(campaign_people.c.notice).where(mine))
    [row] = hub.journal.rows(select(notice_outbox).where(notice_outbox.c.id == notice))
    found: Row[Any] = row
    return found


def test_every_declared_exclusion_has_its_function(informed_root: Path) -> None:
    with hub_at(informed_root, MORNING) as hub:
        declared = {name for kind in hub.catalogue.notice_kinds.values() for name in kind.audience.exclude}
    assert declared <= set(CHECKS)


def test_whoever_stands_in_a_restricted_case_or_lives_with_somebody_protected_gets_none(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        key = approved(hub)
        owe_campaigns(hub)
        found = rows_of(hub, key)
        person, _ = found[0]
        who = by_atena(hub, person)
        assert who is not None
        housemate = next(one for one in by_household(hub, who.household) if one.atena not in found[0])
        change_resident(hub, housemate.atena, protected=True)
        assert reason_not_to_send(hub, _notice(hub, key, person)) == "PROTECTED_PERSON"
        assert hub.journal.scalar(select(residents.c.protected).where(residents.c.atena == person)) is False


def test_a_family_whose_child_died_in_its_first_year_hears_of_no_pregnancy(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        everybody = [one for row in hub.journal.rows(select(residents.c.atena)) if (one := by_atena(hub, row.atena)) is not None]
        children = sorted(everybody, key=lambda one: one.birth)
        infant, older = children[-1], next(one for one in reversed(children) if one.birth < "2025-11-01")
        mourning, other = (next(one for one in everybody if one.household == child.household) for child in (infant, older))
        asked = [Concerned(place, KIND, one.atena, one.atena, None, ("stillbirth",)) for place, one in enumerate((mourning, other))]
        assert reasons_for(hub, asked) == {}
        for child in (infant, older):
            change_resident(hub, child.atena, kind="4")
        assert infant.birth > "2025-12-01"
        assert reasons_for(hub, asked) == {0: "PREGNANCY_LOSS"}


def test_somebody_who_dies_between_plan_and_wave_is_left_out_with_the_reason(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        key = approved(hub)
        person, _ = rows_of(hub, key)[0]
        change_resident(hub, person, kind="4")
        counts = owe_campaigns(hub)
        assert counts["left_out"] == 1
        assert people_of(hub, key)[person] == ("left_out", "DECEASED_PERSON")


def test_a_stop_gives_up_at_once_what_is_owed_and_ends_by_a_person(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        key = approved(hub)
        owe_campaigns(hub)
        person, addressee = rows_of(hub, key)[0]
        order = StopOrder(addressee, frozenset({"all"}), "wish")
        entry, given_up = add_stop(hub, order, actor=CLERK, reason="試験")
        assert given_up >= 1
        assert _notice(hub, key, person).code == "STOP_LISTED"
        assert add_stop(hub, order, actor=CLERK, reason="試験") == (entry, 0)
        end_stop(hub, entry, actor=CLERK, reason="本人の申出")
        assert standing_stops(hub, CLERK) == []
        with pytest.raises(ActRefused):
            end_stop(hub, entry, actor=CLERK, reason="本人の申出")


def test_the_stop_list_names_nobody_in_plain_text(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        key = approved(hub)
        person, _ = rows_of(hub, key)[0]
        _stop("stillbirth")(hub, person, "")
        [row] = hub.journal.rows(select(stop_list))
        assert person not in str(row)
        assert b"stillbirth" not in row.sealed
        with pytest.raises(ActRefused, match="種類"):
            add_stop(hub, StopOrder(person, frozenset({"nothing"}), "wish"), actor=CLERK, reason="試験")


def test_a_sheet_of_a_clerk_is_taken_whole_or_not_at_all(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        key = approved(hub)
        (first, _), (second, _) = rows_of(hub, key)[:2]
        folder = hub.root.cases / hub.code / "boshi" / "stop-list"
        folder.mkdir(parents=True)
        head = "宛名番号,お知らせの種類,理由,職員\n"
        (folder / "誤り.csv").write_text(f"{head}{first},all,措置,{CLERK}\n{second},all,なんとなく,{CLERK}\n", encoding="utf-8-sig")
        assert take_stop_sheets(hub)["sheets_refused"] == 1
        assert standing_stops(hub, CLERK) == []
        [alarm] = hub.journal.rows(select(alarms).where(alarms.c.kind == "STOP_SHEET_REFUSED"))
        assert alarm.subject == "boshi/line 3"
        leaves = "".join(row.data for row in hub.journal.rows(select(log_leaves)))
        assert "誤り" not in leaves
        (folder / "停止.csv").write_text(f"{head}{first},all,措置,{CLERK}\n{second},{KIND},流産・死産,{CLERK}\n", encoding="utf-8-sig")
        assert take_stop_sheets(hub)["stopped"] == 2
        assert not any("停止.csv" in row.subject for row in hub.journal.rows(select(acts)))
        assert take_stop_sheets(hub) == {"stop_sheets": 0, "stopped": 0, "sheets_refused": 0}
        assert {one.code for one in make_plan(hub, KIND, DAY).people if one.person in (first, second)} == {"IN_CARE", "PREGNANCY_LOSS"}


@pytest.mark.parametrize("spoil", ["a field that is too long", "a folder", "a link", "a huge file", "a name in CP932"])
def test_what_is_no_sheet_stops_no_other_sheet(root: Path, spoil: str) -> None:
    with hub_at(root, MORNING) as hub:
        (person, _) = rows_of(hub, approved(hub))[0]
        folder = hub.root.cases / hub.code / "boshi" / "stop-list"
        folder.mkdir(parents=True)
        name = os.fsdecode("停止".encode("cp932")) if spoil == "a name in CP932" else "1"
        head, bad = "宛名番号,お知らせの種類,理由,職員\n", folder / f"{name}.csv"
        if spoil == "a folder":
            bad.mkdir()
        elif spoil == "a link":
            bad.symlink_to(hub.root.folder / "hub.db")
        else:
            bad.write_text(head + "1" * 200_000, encoding="utf-8")
        if spoil == "a huge file":
            os.truncate(bad, 3 << 30)
        (folder / "2.csv").write_text(f"{head}{person},all,措置,{CLERK}\n", encoding="utf-8-sig")
        taken = take_stop_sheets(hub)
        assert (taken["stopped"], taken["sheets_refused"]) == (1, int(spoil not in ("a folder", "a link")))


def test_another_section_neither_sees_nor_ends_who_is_on_the_list(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        person, _ = rows_of(hub, approved(hub))[0]
        entry, _ = add_stop(hub, StopOrder(person, frozenset({"all"}), "stillbirth"), actor=CLERK, reason="試験")
        assert standing_stops(hub, "hoiku-01") == []
        with pytest.raises(ActRefused, match="hoiku-01 の課にはありません"):
            end_stop(hub, entry, actor="hoiku-01", reason="試験")
        assert [one.id for one in standing_stops(hub, "boshi-kakaricho")] == [entry]
        with pytest.raises(ActRefused):
            standing_stops(hub, "kansa-01")


def test_what_two_sections_enter_stands_until_both_have_ended_it(root: Path) -> None:
    with hub_at(root, MORNING) as hub:
        key = approved(hub)
        person, _ = next(one for one in rows_of(hub, key))
        order = StopOrder(person, frozenset({KIND}), "stillbirth")
        first, _ = add_stop(hub, order, actor=CLERK, reason="試験")
        second, _ = add_stop(hub, order, actor="hoiku-01", reason="試験")
        assert first != second
        end_stop(hub, first, actor=CLERK, reason="試験")
        assert [one.id for one in standing_stops(hub, "hoiku-01")] == [second]
        assert [one.id for one in stops_of(hub, [person])[person]] == [second]


def test_a_ledger_that_no_longer_means_somebody_stops_the_notice(root: Path) -> None:
    """The child is given another day of birth by the register: no age of the campaign's day fits any more."""
    with hub_at(root, MORNING) as hub:
        key = approved(hub)
        owe_campaigns(hub)
        (person, _), (other, _) = rows_of(hub, key)[:2]
        sealed = hub.journal.scalar(select(residents.c.sealed).where(residents.c.atena == person))
        text = hub.sealing.unseal_text(sealed, context=resident_context(hub.code, person))
        changed = json.dumps(json.loads(text) | {"birth": "1990-01-01"}, ensure_ascii=False)
        change_resident(hub, person, sealed=hub.sealing.seal_text(changed, context=resident_context(hub.code, person)))
        assert reason_not_to_send(hub, _notice(hub, key, person)) == "NO_LONGER_MEANT"
        assert reason_not_to_send(hub, _notice(hub, key, other)) is None
