"""A sample is reproducible and stratified, is itself logged, and carries findings and measures; wrong input gets one line."""

import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mappings.records import Table
from pipeline.acts import enter_act
from pipeline.audit.drawing import draw
from pipeline.audit.openings import openings
from pipeline.audit.overview import overview
from pipeline.audit.rights import UNDECLARED, rights_of
from pipeline.audit.samples import draw_sample, enter_finding, enter_measure
from pipeline.audit.strata import Amount, Candidate, band_of, candidates
from pipeline.cli import main
from pipeline.errors import SettingError
from pipeline.exchange.access import as_reader, note_reading
from pipeline.journal.act_tables import waivers
from pipeline.journal.audit_tables import audit_samples
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.intake_tables import applications
from tests.pipeline.days import DAY, at, hub_at

CANDIDATES = st.lists(
    st.builds(Candidate, st.just(0), st.uuids().map(str), st.sampled_from("abc"), st.booleans(), st.sampled_from(["", "少", "多"])),
    min_size=1,
    max_size=60,
    unique_by=lambda one: one.key,
)


@settings(max_examples=100, deadline=None)
@given(CANDIDATES, st.text(min_size=1, max_size=5), st.integers(1, 80), st.randoms(use_true_random=False))
def test_a_sample_depends_on_seed_and_size_only_and_has_every_stratum_that_it_has_room_for(
    candidates: list[Candidate], seed: str, size: int, random: Random
) -> None:
    drawn = draw(candidates, seed=seed, size=size)
    shuffled = random.sample(candidates, len(candidates))
    assert draw(shuffled, seed=seed, size=size) == drawn
    assert len(drawn) == len({one.key for one in drawn}) == min(size, len(candidates))
    strata, covered = {one.stratum for one in candidates}, {one.stratum for one in drawn}
    assert covered == strata if size >= len(strata) else len(covered) == size
    if size < len(strata):
        released = {one.stratum for one in candidates if one.released}
        assert len(covered & released) == min(size, len(released))


def test_an_amount_lies_in_the_band_of_its_largest_value() -> None:
    amount = Amount(procedure="p", group="g", item="i", bounds=(100, 200))
    bands = {
        tuple(values): band_of(amount, {"g": Table(application=[1] * len(values), ordinal=list(range(len(values))), columns={"i": values})})
        for values in (["99"], ["100"], ["5", "199"], ["200"], [None])
    }
    assert list(bands.values()) == ["100円未満", "100円以上200円未満", "100円以上200円未満", "200円以上", "金額なし"]


def test_two_drawings_with_one_seed_are_the_same_and_both_are_logged(own: Callable[[], Path]) -> None:
    with hub_at(own(), at(19)) as hub:
        for _ in range(2):
            draw_sample(hub, seed="2026-11", size=6, first=DAY, last=DAY, actor="kansa-01")
        first, second = hub.journal.rows(select(audit_samples.c.digest))
        events = [row.data for row in hub.journal.rows(select(log_leaves.c.data)) if "audit_sample_drawn" in row.data]
        other = draw_sample(hub, seed="2026-12", size=6, first=DAY, last=DAY, actor="kansa-01")
        third = hub.journal.scalar(select(audit_samples.c.digest).where(audit_samples.c.id == other))
    assert first == second != third
    assert len(events) == 2


def test_a_finding_and_its_measure_stand_against_the_sample_until_the_measure_is_late(own: Callable[[], Path]) -> None:
    root = own()
    with hub_at(root, at(19)) as hub:
        sample = draw_sample(hub, seed="a", size=2, first=DAY, last=DAY, actor="kansa-01")
        finding = enter_finding(hub, sample, 2, text="根拠が読み取れない", actor="kansa-01")
        enter_measure(hub, finding, text="根拠を書く", state="planned", due=DAY, actor="jidoteate-kakaricho")
        assert not any("期限を過ぎて" in line for line in overview(hub))
    with hub_at(root, at(9, day=DAY.replace(day=30))) as hub:
        lines = list(overview(hub))
    assert any("根拠が読み取れない" in line for line in lines)
    assert any("期限を過ぎて" in line for line in lines)


def test_a_measure_is_either_planned_for_a_day_to_come_or_finished(own: Callable[[], Path]) -> None:
    with hub_at(own(), at(19)) as hub:
        sample = draw_sample(hub, seed="a", size=2, first=DAY, last=DAY, actor="kansa-01")
        finding = enter_finding(hub, sample, 2, text="根拠が読み取れない", actor="kansa-01")
        wrong = (("planned", None, "no day"), ("done", DAY, "either planned or finished"), ("planned", DAY - timedelta(days=1), "is past"))
        for state, due, said in wrong:
            with pytest.raises(SettingError, match=said):
                enter_measure(hub, finding, text="根拠を書く", state=state, due=due, actor="jidoteate-kakaricho")


def test_rights_and_openings_say_who_used_what(own: Callable[[], Path]) -> None:
    with hub_at(own(), at(19)) as hub:
        draw_sample(hub, seed="a", size=2, first=DAY, last=DAY, actor="kansa-01")
        note_reading(hub, as_reader(hub, "kojin-joho-01", "開示請求第1号"), "record/2026112400000001")
        seen = [one for one in openings(hub, DAY, DAY) if one.what == "情報提供等記録"]
        rights = {(one.staff, one.role): one for one in rights_of(hub, DAY, DAY)}
    assert [(one.who, one.reason) for one in seen] == [("kojin-joho-01", "開示請求第1号")]
    assert rights["kansa-01", "auditor"].used == 1
    assert rights["kansa-01", "auditor"].logins
    assert rights["kojin-joho-01", "numbers"].used == 1
    assert rights["kansa-02", "auditor"].remark == "この期間に使われていません"


def test_what_a_flow_printed_or_two_people_sealed_makes_nobody_a_stranger_to_the_rights(own: Callable[[], Path]) -> None:
    pair = {"actor": "jidoteate-01", "second": "jidoteate-kakaricho", "receipt": "20261124-1", "purpose": "開示請求"}
    with hub_at(own(), at(19)) as hub:
        with hub.journal.write() as write:
            write.leaf("case_laid_out", municipality=hub.code, application=1, inputs="")
            write.leaf("evidence_bundle_sealed", municipality=hub.code, **pair)
            enter_act(hub, write, kind="campaign_stop", actor="kacho", reason="誤りに気付いた")
        opened = {one.who for one in openings(hub, DAY, DAY)}
        rights = rights_of(hub, DAY, DAY)
        receipt = hub.journal.scalar(select(applications.c.receipt).where(applications.c.id == 1))
        printed = [one.subject for one in openings(hub, DAY, DAY) if one.what == "審査票の印刷"]
    assert receipt in printed
    assert {"（自動）", "jidoteate-01、jidoteate-kakaricho"} <= opened
    assert [one for one in rights if one.role == UNDECLARED] == []
    assert {one.role: one.used for one in rights if one.staff == "kacho"} == {"approver": 1, "restricted": 0}


def test_openings_of_another_municipality_of_the_root_are_not_told(own: Callable[[], Path]) -> None:
    with hub_at(own(), at(19)) as hub:
        before = openings(hub, DAY, DAY)
        with hub.journal.write() as write:
            said = {"actor": "other-01", "reason": "確認"}
            write.leaf("copy_difference_opened", municipality="011002", kind="jukyu", difference=1, **said)
        assert openings(hub, DAY, DAY) == before


def test_a_stratum_of_released_errors_holds_no_confirmed_alerts(own: Callable[[], Path]) -> None:
    with hub_at(own(), at(19)) as hub:
        one, other = [row.id for row in hub.journal.rows(select(applications.c.id).limit(2))]
        with hub.journal.write() as write:
            for application, kind in ((one, "confirm"), (other, "release")):
                act = enter_act(hub, write, kind=kind, actor="jidoteate-01", reason="確かめた", application=application)
                row = {"application": application, "code": "DATE_ORDER", "rule": "", "place": "", "act": act}
                write.insert_many(waivers, [row])
        assert {each.application for each in candidates(hub, "2026-04-01", DAY.isoformat()) if each.released} == {other}


def test_the_commands_write_into_a_protected_folder(own: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    root = own()
    monkeypatch.setenv("HUB_NOW", at(19).isoformat())
    for order in (["sample", "--seed", "s", "--size", "3"], ["rights"], ["numbers"]):
        found = CliRunner().invoke(main, ["audit", *order, "--actor", "kansa-01", "--root", str(root)])
        assert found.exit_code == 0, found.output
    with hub_at(root, at(20)) as hub:
        written = [json.loads(row.data) for row in hub.journal.rows(select(log_leaves.c.data)) if "audit_list_written" in row.data]
    assert [(one["list"], one["actor"]) for one in written] == [("rights", "kansa-01"), ("numbers", "kansa-01")]
    assert stat.S_IMODE((root / "audits").stat().st_mode) == 0o700
    for name in ("1/監査調書.pdf", "1/監査調書.csv", "1/index.html"):
        assert (root / "audits" / name).stat().st_size > 100


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (["sample", "--seed", "s", "--size", "0", "--actor", "kansa-01"], "--size 0"),
        (["sample", "--seed", "s", "--size", "3", "--actor", "dareka"], "--actor dareka"),
        (["sample", "--seed", "s", "--size", "3", "--actor", "hoiku-01"], "監査"),
        (["paper", "99"], "there is no sample 99"),
        (["finding", "9", "1", "--text", "x", "--actor", "kansa-01"], "there is no sample 9"),
        (["measure", "9", "--text", "x", "--done", "--actor", "kansa-01"], "there is no finding 9"),
    ],
)
def test_wrong_input_gets_one_line(closed_root: Path, monkeypatch: pytest.MonkeyPatch, order: list[str], said: str) -> None:
    monkeypatch.setenv("HUB_NOW", at(19).isoformat())
    found = CliRunner().invoke(main, ["audit", *order, "--root", str(closed_root)])
    assert found.exit_code == 2
    assert said in found.output
    assert found.output.strip().count("\n") == 0
