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
    ("assign", "20261124-00000001"): "何人目かが3桁までの数字ではありません",
}
NAMED = {"hold": "20261124-v{}", "assign": "child.{}"}


@pytest.mark.parametrize("number", ["9" * 20, "9" * 5000])
@pytest.mark.parametrize("command", WORDS)
def test_a_number_that_no_journal_holds_is_refused_with_a_sentence(made_root: Path, command: tuple[str, ...], number: str) -> None:
    more = ["000000000011320"] if command[0] == "assign" else []
    typed = [NAMED.get(command[0], "{}").format(number), *more]
    order = [*command, *typed, "--actor", "hoiku-01", "--reason", "試験", "--root", str(made_root), "--municipality", NAHA]
    result = CliRunner().invoke(main, order)
    assert result.exit_code == 2, result.output
    assert WORDS[command] in result.stderr
