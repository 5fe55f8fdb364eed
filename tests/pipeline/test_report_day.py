"""Where the pages of a day stay: each day's apart, the latest where everybody looks, and never one town's over another's."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.places import PROJECT
from pipeline.steps.close_day import inspect_day
from pipeline.steps.report_day import report_day
from tests.pipeline.days import DAY, NAHA, at, hub_at

Own = Callable[[Path], Path]


def test_closing_an_earlier_day_again_leaves_the_latest_days_pages(own: Own, delivered_root: Path) -> None:
    root = own(delivered_root)
    earlier = DAY - timedelta(days=1)
    with hub_at(root, at(18)) as hub:
        assert report_day(hub, inspect_day(hub, DAY)) == root / "reports" / "index.html"
        latest = (root / "reports" / "index.html").read_bytes()
        assert report_day(hub, inspect_day(hub, earlier)) == root / "reports" / NAHA / earlier.isoformat() / "index.html"
    assert (root / "reports" / "index.html").read_bytes() == latest
    assert (root / "reports" / NAHA / DAY.isoformat() / "index.html").read_bytes() == latest


def test_towns_that_share_a_root_do_not_write_over_each_other(
    own: Own, delivered_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    towns = tmp_path / "towns"
    shutil.copytree(PROJECT / "municipalities", towns)
    text = (towns / f"{NAHA}.yaml").read_text(encoding="utf-8")
    (towns / "011002.yaml").write_text(text.replace(f"code: {NAHA}", "code: 011002"), encoding="utf-8")
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(towns))
    root = own(delivered_root)
    with hub_at(root, at(18)) as hub:
        first = report_day(hub, inspect_day(hub, DAY))
    assert first == root / "reports" / NAHA / DAY.isoformat() / "index.html"
    assert not (root / "reports" / "index.html").exists()
