"""``hub bench exchange`` on a small size: both find the same differences, and the line has the contract's shape."""

import json

from click.testing import CliRunner

from pipeline.cli import main


def test_one_json_line_with_peer_floor_and_ratios() -> None:
    result = CliRunner().invoke(main, ["bench", "exchange", "--size", "5000", "--json"])

    assert result.exit_code == 0, result.output
    line = json.loads(result.stdout)
    assert (line["bench"], line["size"]) == ("exchange", 5000)
    assert set(line["peers_s"]) == set(line["ratios"]["peer/ours"]) == {"pandas"}
    assert set(line["peak_mb"]) == {"ours", "pandas"}
