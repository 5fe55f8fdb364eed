"""Numbers that people type into commands: what no journal can hold ends with a sentence, on every command alike."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.pipeline.days import NAHA

WORDS = {
    ("hold",): "の申請は届いていません",
    ("notices", "retry"): "",
    ("decisions", "settle"): "Invalid value for",
    ("slots", "settle"): "Invalid value for",
    ("stop-list", "end"): "Invalid value for",
}


@pytest.mark.parametrize("number", ["9" * 20, "9" * 5000])
@pytest.mark.parametrize("command", WORDS)
def test_a_number_that_no_journal_holds_is_refused_with_a_sentence(made_root: Path, command: tuple[str, ...], number: str) -> None:
    named = f"20261124-v{number}" if command == ("hold",) else number
    order = [*command, named, "--actor", "hoiku-01", "--reason", "試験", "--root", str(made_root), "--municipality", NAHA]
    result = CliRunner().invoke(main, order)
    assert result.exit_code == 2, result.output
    assert WORDS[command] in result.stderr
