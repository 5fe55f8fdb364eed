"""What a command says when it ends with exit 2."""

from collections.abc import Callable

from click.testing import Result

Hub = Callable[..., Result]


def one_line(result: Result) -> str:
    """The only line on stderr of a command that ended with exit 2."""
    assert result.exit_code == 2, (result.exit_code, result.output, result.exception)
    assert "Traceback" not in result.output
    lines = result.stderr.splitlines()
    assert len(lines) == 1, lines
    return lines[0]
