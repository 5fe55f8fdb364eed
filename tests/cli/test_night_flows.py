"""``hub run`` of the night's flows: outside the declared hours, and where a municipality declares none."""

from pathlib import Path

import pytest
import yaml

from pipeline.places import PROJECT
from tests.cli.messages import Hub

FLOWS = ("nightly_sync", "exchange_log", "night_report")
STEPS = ("operating_state", "masters", "protected_flags", "ledgers", "copies", "copy_results", "compare")


@pytest.mark.parametrize("flow", FLOWS)
def test_a_municipality_without_nightly_work_has_no_part_in_the_flow(
    hub: Hub, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    text = (PROJECT / "municipalities" / "472018.yaml").read_text(encoding="utf-8")
    declared = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  the base loader makes strings only
    for key in ("copies", "exchange"):
        del declared[key]
    folder = tmp_path / "municipalities"
    folder.mkdir()
    (folder / "472018.yaml").write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(folder))
    ran = hub("run", flow, "--root", root)
    assert ran.exit_code == 0
    assert ran.output.startswith(f"{flow}: not declared in the municipality's file")


def test_by_day_a_night_s_flow_says_that_it_skips(hub: Hub, root: Path) -> None:
    ran = hub("run", "nightly_sync", "--root", root)
    assert ran.exit_code == 0
    assert set(ran.output.splitlines()) == {f"{step}: skipped 1" for step in STEPS}
