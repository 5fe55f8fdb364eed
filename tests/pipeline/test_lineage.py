"""An application's lineage is told forward and, from every delivered record, backward, and both agree; wrong input gets one line."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from pipeline.act_cases import case_of
from pipeline.cli import main
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.delivery_tables import batches
from pipeline.journal.intake_tables import applications
from pipeline.lineage import trace_of
from pipeline.record_origins import origin_of
from pipeline.record_places import numbered_records
from pipeline.replay_orders import order_replay
from pipeline.replays import Selection, plan_replay
from pipeline.steps.deliver import batch_bytes
from pipeline.steps.replace_filings import settle_earlier
from tests.pipeline.days import NAHA, NEXT_DAY, at, hub_at, outside, rows, run

Own = Callable[[Path], Path]


def trace(root: Path, what: str, *options: str) -> Result:
    environment = {"HUB_NOW": at(12).isoformat(), "HUB_ROOT": "", "HUB_DATABASE": ""}
    arguments = ["trace", what, "--actor", "joho-01", *options, "--root", str(root), "--municipality", NAHA]
    return CliRunner().invoke(main, arguments, prog_name="hub", env=environment)


def told(root: Path, what: str) -> dict[str, Any]:
    shown = trace(root, what, "--json")
    assert shown.exit_code == 0, shown.output
    return dict(json.loads(shown.stdout))


def refusal(root: Path, what: str) -> str:
    shown = trace(root, what)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert len(shown.stderr.strip().splitlines()) == 1
    return shown.stderr


def receipt_of(root: Path, disposition: str) -> str:
    ours = select(applications.c.receipt).where(applications.c.disposition == disposition).order_by(applications.c.id)
    return str(rows(root, ours)[0].receipt)


def test_forward_and_backward_agree_for_every_record_of_every_delivered_file(delivered_root: Path) -> None:
    with hub_at(delivered_root, at(12)) as hub:
        forward: dict[str, dict[str, Any]] = {}
        seen, layouts = 0, set()
        for batch in hub.journal.rows(select(batches)):
            data, found = batch_bytes(hub, batch), numbered_records(hub, batch)
            assert sorted(found) == list(range(1, batch.records + 1))
            layouts.add(hub.catalogue.formats[batch.format].spec.layout)
            for number, item in found.items():
                if item.receipt not in forward:
                    row = hub.journal.rows(select(applications).where(applications.c.id == item.application))[0]
                    forward[item.receipt] = trace_of(hub, row)
                places = {one["row"]: one for file in forward[item.receipt]["files"] if file["id"] == batch.id for one in file["places"]}
                place = places[number]
                assert sha256(data[place["offset"] : place["offset"] + place["length"]]).hexdigest() == place["digest"] == item.digest
                seen += 1
            origin = origin_of(hub, f"{batch.destination}/{batch.name}", batch.records, actor="joho-01")
            assert origin["application"] == forward[found[batch.records].receipt]["application"]
            assert origin["suites"] == forward[found[batch.records].receipt]["suites"]
    assert seen > 20
    assert len(layouts) > 2


def test_a_delivered_application_tells_its_steps_versions_file_evidence_and_leaves(delivered_root: Path) -> None:
    found = told(delivered_root, receipt_of(delivered_root, "delivered"))
    assert [one["step"] for one in found["steps"]] == ["open", "verify", "identify", "map", "check"]
    assert {one["outcome"] for one in found["steps"]} == {"done"}
    assert found["versions"]["form"]
    assert len(found["versions"]["mapping"]["digest"]) == 64
    assert all(file["delivery"]["digest"] == file["digest"] for file in found["files"])
    events = [one["event"] for one in found["log"]]
    assert {"application_stored", "application_checked", "file_released", "file_delivered", "application_delivered"} <= set(events)
    assert [one["leaf"] for one in found["log"]] == sorted({one["leaf"] for one in found["log"]})
    assert any(suite["suite"].startswith(found["application"]["procedure"]) for suite in found["suites"])


def test_a_notice_tells_the_leaf_of_the_page_that_it_went_out_with(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    with outside(root, at(15)):
        run(root, ("answers", "statuses", "notices"), at(15))
    told_to = select(applications.c.receipt, notice_outbox.c.id).join(notice_outbox, notice_outbox.c.application == applications.c.id)
    first, other = rows(root, told_to.order_by(notice_outbox.c.id))[:2]
    leaves = [one for one in told(root, first.receipt)["log"] if one["event"] == "notice_sending"]
    assert len(leaves) == 1
    with hub_at(root, at(16)) as hub, hub.journal.write() as write:
        write.leaf("notice_sending", municipality=hub.code, notices=1, ids=str(other.id))
    assert [one for one in told(root, first.receipt)["log"] if one["event"] == "notice_sending"] == leaves


def test_a_held_application_tells_its_findings_and_has_no_file(delivered_root: Path) -> None:
    found = told(delivered_root, receipt_of(delivered_root, "held"))
    assert found["application"]["reason"] in {one["code"] for one in found["findings"]}
    assert found["files"] == []
    assert found["steps"][-1]["outcome"] == "held"


@pytest.mark.parametrize("code", ["REPLACED", "CORRECTED"])
def test_a_filing_whose_place_was_taken_names_the_other_one_and_the_other_way_round(own: Own, delivered_root: Path, code: str) -> None:
    root = own(delivered_root)
    earlier, later = receipt_of(root, "held"), receipt_of(root, "delivered")
    with hub_at(root, at(10)) as hub, hub.journal.write() as write:
        assert settle_earlier(hub, write, case_of(hub, earlier), case_of(hub, later), code=code)
    first, second = told(root, earlier), told(root, later)
    assert first["related"] == [{"how": code, "receipt": later}]
    assert {"how": f"{code} of", "receipt": earlier} in second["related"]
    assert "filing_replaced" in {one["event"] for one in first["log"]} & {one["event"] for one in second["log"]}


def test_a_replayed_application_tells_both_generations_and_who_ordered_the_second(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    with hub_at(root, at(9, day=NEXT_DAY)) as hub:
        plan = plan_replay(hub, Selection(destination="hoiku"))
        order_replay(hub, plan, actor="joho-01", reason="受信側で失ったため")
    with outside(root, at(10, day=NEXT_DAY)):
        run(root, ("release", "deliver"), at(10, day=NEXT_DAY))
    found = told(root, plan.items[0].row.receipt)
    generations = {place["generation"] for file in found["files"] if file["destination"] == "hoiku" for place in file["places"]}
    assert generations == {1, 2}
    assert [(one["destination"], one["generation"], one["actor"]) for one in found["replays"]] == [("hoiku", 2, "joho-01")]
    assert "replay_ordered" in {one["event"] for one in found["log"]}


def test_a_trace_in_words_names_what_it_tells_as_json(delivered_root: Path) -> None:
    receipt = receipt_of(delivered_root, "delivered")
    shown, found = trace(delivered_root, receipt).stdout, told(delivered_root, receipt)
    assert found["application"]["package"]["digest"] in shown
    assert all(f"{file['destination']}/{file['name']}" in shown and file["digest"] in shown for file in found["files"])
    assert all(f"{one['leaf']}番 {one['event']}" in shown for one in found["log"])


def test_the_path_of_a_delivered_file_finds_it_by_its_bytes(delivered_root: Path, tmp_path: Path) -> None:
    file = next(path for path in sorted((delivered_root / "delivered" / "hoiku").iterdir()) if path.is_file())
    copy = tmp_path / "renamed.dat"
    copy.write_bytes(file.read_bytes())
    by_path, by_name = told(delivered_root, f"{file}:1"), told(delivered_root, f"hoiku/{file.name}:1")
    assert by_path == by_name == told(delivered_root, f"{copy}:1")
    assert by_path["file"]["name"] == file.name
    copy.write_bytes(file.read_bytes() + b"x")
    assert "is no file as it was released" in refusal(delivered_root, f"{copy}:1")


def test_wrong_input_gets_one_line_with_what_exists(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    batch = rows(root, select(batches).where(batches.c.destination == "hoiku"))[0]
    assert f"its records are 1 to {batch.records}" in refusal(root, f"{batch.name}:{batch.records + 1}")
    assert f"its records are 1 to {batch.records}" in refusal(root, f"{batch.name}:0")
    assert "ROW is no number" in refusal(root, f"{batch.name}:x")
    assert batch.name in refusal(root, f"{batch.name[:-5]}:1")
    assert "届いていません" in refusal(root, "20261124-99999999")
    with hub_at(root, at(12)) as hub, hub.journal.write() as write:
        other = {**dict(batch._mapping), "id": 999, "destination": "hoiku-ichiran"}
        write.insert_many(batches, [other])
        write.leaf("file_released", batch=999)
    assert f"hoiku/{batch.name}, hoiku-ichiran/{batch.name}" in refusal(root, f"{batch.name}:1")
