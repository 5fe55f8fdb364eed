"""``hub demo`` as its contract says: exit codes, layout, figures that balance and agree with what happened outside, and a second run."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connectors.collections import WAYS
from pipeline.demo.summary import summarize
from pipeline.demo.world import DEMO_DAY, MUNICIPALITY, SEED, at
from pipeline.flow import FLOWS, run_flow
from pipeline.hub import open_hub, set_up
from pipeline.journal.delivery_tables import batches
from pipeline.payments.report import page_of
from pipeline.places import PROJECT, Root
from pipeline.settings import load_municipality
from pipeline.steps.close_day import inspect_day
from sandbox.defects import catalogue
from sandbox.process import start, stop
from sandbox.world import prepare
from tests.flow import night_world as nights
from tests.flow.demo_root import APPLICATIONS, Demo, read_lines
from vocabulary.clock import Clock

LIFE = ("listed", "not_fetched", "gone_before_fetch", "out_of_scope", "stored")
COUNTS = {*LIFE, "carried_in", "delivered", "settled", "withdrawn", "held", "waiting"}
CHANNEL = {"owed", "sent", "undeliverable"}
SEED_KINDS = {
    *(f"jidoteate-{name}/{sort}" for name in ("nintei", "gakukaitei", "mishiharai") for sort in ("correction", "result")),
    "hoiku-genkyo-jiki", "jifuyo-genkyo-jiki", "ninpu-kenshin", "ninshin-mendan", "nyuyoji-kenshin", "yobo-sesshu", "nofu-annai",
}  # fmt: skip
NIGHT = {"sync", "exchange"}
SUMMARY = {"balanced", "day", "applications", "procedures", "notices", "statuses", "dags", "defects", "seconds", "seconds_day", *NIGHT}
SETTINGS = load_municipality(PROJECT / "municipalities", MUNICIPALITY)
HOURS = {"refresh_links": at(6), "intake": at(9), "notify": at(15), "close": at(18)}


def test_both_runs_end_green_and_quiet(demo: Demo) -> None:
    for run in (demo.first, demo.second):
        assert run.code == 0, run.stdout + run.stderr
        assert "Traceback" not in run.stdout + run.stderr
        assert "日締め: 一致" in run.stdout
        assert "すべて想定どおり" in run.stdout


def test_summary_has_the_keys_of_the_contract(demo: Demo) -> None:
    summary = demo.first.summary
    assert summary.keys() == SUMMARY
    assert summary["applications"].keys() == COUNTS
    assert all(counts.keys() == COUNTS for counts in summary["procedures"].values())
    for channel in ("notices", "statuses"):
        kinds = summary[channel]["kinds"]
        assert summary[channel].keys() == {*CHANNEL, "kinds"}
        assert all(one.keys() == CHANNEL for one in kinds.values())
        assert {name: sum(one[name] for one in kinds.values()) for name in CHANNEL} == {name: summary[channel][name] for name in CHANNEL}
    assert summary["dags"] == dict.fromkeys(FLOWS, "success")
    assert SETTINGS.copies is not None
    assert tuple(summary["sync"]) == SETTINGS.copies.kinds
    assert all(counts.keys() == {"registered", "changed", "deleted", "failed", "waiting"} for counts in summary["sync"].values())
    assert summary["exchange"].keys() == {"fetched", "matched", "anomalies"}
    assert all(defect.keys() == {"expected", "got", "count"} for defect in summary["defects"].values())


def test_every_kind_of_notice_of_the_notice_column_is_sent(demo: Demo) -> None:
    for run in (demo.first, demo.second):
        kinds = run.summary["notices"]["kinds"]
        assert {name for name in SEED_KINDS if kinds.get(name, {"sent": 0})["sent"] == 0} == set()
        assert all(one["owed"] == one["sent"] + one["undeliverable"] for one in kinds.values())


def test_who_agreed_finds_the_certificate_of_a_gift_in_the_letter_box_and_nobody_finds_it_twice(demo: Demo) -> None:
    delivered = read_lines(demo.root / "sandbox" / "letterbox" / "deliveries.jsonl")
    assert [(one["kind"], [file["type"] for file in one["documents"]]) for one in delivered] == [
        ("kifu-shomei", ["application/xml", "application/pdf"])
    ]


def test_what_some_residents_paid_agrees_with_the_bank_and_goes_to_the_receipts_system(demo: Demo) -> None:
    posted = list((demo.root / "sandbox" / "payments" / "posted").glob("keshikomi_*.csv"))
    assert [len(file.read_bytes().splitlines()) - 1 for file in posted] == [len(WAYS)]
    with open_hub(Root(demo.root), MUNICIPALITY, Clock(at(18) + timedelta(days=1))) as hub:
        page = page_of(hub)
    assert [(line.state, line.claimed) for line in page.days] == [("agree", line.deposited) for line in page.days]
    assert len(page.days) == len(WAYS)
    assert page.good


def test_seconds_are_those_of_the_day_and_of_day_and_night(demo: Demo) -> None:
    for run in (demo.first, demo.second):
        assert 0 < run.summary["seconds_day"] < run.summary["seconds"] < 300


def test_after_the_demo_s_night_the_copies_equal_the_ledgers_but_for_what_is_listed(demo: Demo) -> None:
    sync = demo.first.summary["sync"]
    different = Counter(kind for kind, _ in nights.differing(demo.root, DEMO_DAY))
    assert different == Counter({kind: one["failed"] + one["waiting"] for kind, one in sync.items()})
    assert {kind: one["registered"] for kind, one in sync.items() if one["registered"]} == nights.kinds_at_server(demo.root)
    assert nights.balance_of_effects(demo.root) == nights.kinds_at_server(demo.root)
    for word in ("夜間処理: 副本の更新", "情報提供等記録: 取得"):
        assert word in demo.first.stdout


def test_the_pages_of_the_night_lie_beside_those_of_the_day(demo: Demo) -> None:
    exchange = demo.first.summary["exchange"]
    page = (demo.root / "reports" / "exchange.html").read_text(encoding="utf-8")
    assert f"確認が必要 {exchange['anomalies']}件" in page
    assert "番号法第23条" in page
    assert "確認が必要なものはありません" in (demo.root / "reports" / "night.html").read_text(encoding="utf-8")


def balance_holds(counts: dict[str, int]) -> bool:
    """Both equations of the day close."""
    life = counts["stored"] + counts["out_of_scope"] + counts["not_fetched"] + counts["gone_before_fetch"]
    day = counts["delivered"] + counts["settled"] + counts["withdrawn"] + counts["held"] + counts["waiting"]
    return counts["listed"] == life and counts["carried_in"] + counts["stored"] == day


def test_balance_holds_in_all_and_for_each_procedure(demo: Demo) -> None:
    summary = demo.first.summary
    assert summary["balanced"] is True
    assert balance_holds(summary["applications"])
    assert all(balance_holds(counts) for counts in summary["procedures"].values())
    total = Counter[str]()
    for counts in summary["procedures"].values():
        total.update(counts)
    assert {name: total[name] for name in COUNTS} == summary["applications"]
    assert summary["applications"]["listed"] == APPLICATIONS == demo.expected["applications"]


def test_figures_agree_with_the_effects_outside(demo: Demo) -> None:
    effects, counts = demo.first.effects, demo.first.summary["applications"]
    by_kind = Counter((effect["system"], effect["effect"]) for effect in effects)
    assert by_kind["portal", "fetched"] == counts["stored"]
    assert by_kind["portal", "withdrawn"] == counts["gone_before_fetch"]
    assert by_kind["portal", "status"] == demo.first.summary["statuses"]["sent"] == demo.first.summary["statuses"]["owed"]
    notices = demo.first.summary["notices"]
    assert by_kind["osr", "notice"] == notices["sent"]
    assert by_kind["osr", "no_account"] == notices["undeliverable"]
    assert notices["owed"] == notices["sent"] + notices["undeliverable"]
    assert counts["out_of_scope"] == len(demo.expected["out_of_scope"])


def test_every_delivered_application_was_taken_by_each_of_its_systems_and_no_other(demo: Demo) -> None:
    took: dict[str, set[str]] = {}
    systems: set[str] = set()
    for effect in demo.first.effects:
        if (effect["system"], effect["effect"]) == ("receiver", "taken"):
            assert effect["result"] == "OK", effect
            systems.add(effect["destination"])
            for receipt in effect["receipts"]:
                took.setdefault(receipt, set()).add(effect["destination"])
    assert systems == set(SETTINGS.destinations)
    owed = [set(procedure.destinations) for procedure in SETTINGS.procedures.values()]
    assert sum(there in owed for there in took.values()) == demo.first.summary["applications"]["delivered"]
    assert all(any(there <= all_of for all_of in owed) for there in took.values())


def test_every_effect_was_had_once(demo: Demo) -> None:
    keys = Counter((effect["system"], effect["effect"], effect["key"]) for effect in demo.second.effects)
    assert {key: times for key, times in keys.items() if times > 1} == {}


def test_second_run_has_no_effect_and_the_same_figures(demo: Demo) -> None:
    assert demo.second.effects == demo.first.effects
    assert _without_seconds(demo.second.summary) == _without_seconds(demo.first.summary)


def _without_seconds(summary: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in summary.items() if not key.startswith("seconds")}


def test_layout_of_the_root_is_the_contracts(demo: Demo) -> None:
    assert (demo.root / "reports" / "index.html").is_file()
    assert (demo.root / "hub.db").is_file()
    assert {folder.name for folder in (demo.root / "delivered").iterdir()} == set(SETTINGS.destinations)
    numbers = (demo.root / "sandbox" / "town" / "numbers.txt").read_text(encoding="ascii").splitlines()
    assert len(numbers) > APPLICATIONS
    assert all(len(number) == 12 and number.isdigit() for number in numbers)
    cases = {path.parent.name for path in (demo.root / "cases").rglob("審査票.pdf")}
    assert set(demo.expected["good"]) <= cases


def test_stand_ins_left_no_file_outside_their_folder_and_no_process(demo: Demo) -> None:
    known = {"airflow", "cases", "connections", "copies", "delivered", "drafts"}
    known |= {"keys", "letters", "reports", "sandbox", "sealed", "summary.json"}
    assert {path.name for path in demo.root.iterdir() if not path.name.startswith("hub.db")} == known
    assert stop(demo.root) is False


def test_delivered_files_are_those_of_the_journal(demo: Demo) -> None:
    with open_hub(Root(demo.root), MUNICIPALITY, Clock(at(18))) as hub:
        rows = hub.journal.rows(select(batches))
    assert {(row.destination, row.name) for row in rows} == {
        (file.parent.name, file.name) for file in (demo.root / "delivered").glob("*/*")
    }
    assert all(row.state == "receipted" for row in rows)


def test_all_defects_of_the_catalogue_are_in_their_outcome(demo: Demo) -> None:
    defects = demo.first.summary["defects"]
    assert defects.keys() == catalogue().keys()
    assert {name: defect["got"] for name, defect in defects.items()} == {name: defect["expected"] for name, defect in defects.items()}
    assert {name: one["expected"] for name, one in defects.items()} == {name: one.expected for name, one in catalogue().items()}


@pytest.mark.parametrize("applications", [6, 20])
def test_small_days_balance_too(tmp_path: Path, applications: int) -> None:
    root = Root(tmp_path)
    prepare(tmp_path, seed=SEED, applications=applications, day=DEMO_DAY, municipality=MUNICIPALITY)
    set_up(root, Clock(at(6)))
    running = start(tmp_path, now=at(6))
    try:
        for flow, moment in HOURS.items():
            running.control.set_clock(moment)
            if flow == "notify":
                running.control.settle("receipts")
                running.control.settle("results")
            assert not run_flow(flow, MUNICIPALITY, root=root, clock=Clock(moment)).stopped
    finally:
        stop(tmp_path)
    with open_hub(root, MUNICIPALITY, Clock(at(18))) as hub:
        found = summarize(hub, inspect_day(hub, DEMO_DAY), dags={}, seconds=0, seconds_day=0)
    assert json.loads(json.dumps(found))["balanced"] is True
    assert balance_holds(found["applications"])
    assert found["applications"]["listed"] == applications
    assert found["defects"]
    assert all(defect["expected"] == defect["got"] for defect in found["defects"].values())
    fetched = [effect for effect in read_lines(tmp_path / "sandbox" / "journals" / "effects.jsonl") if effect["effect"] == "fetched"]
    assert len(fetched) == found["applications"]["stored"]
