"""The group of all commands: lazy imports, one place that turns errors into a message and an exit code, log output without 個人番号."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from types import MappingProxyType
from typing import Any, NoReturn

import click

from vocabulary.masking import NumberFilter, mask_numbers

RED, WRONG_USE, REFUSED, INTERRUPTED = 1, 2, 3, 130
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

_COMMANDS = MappingProxyType(
    {
        "demo": "pipeline.cli.demo:demo",
        "check": "pipeline.cli.check:check",
        "inspect": "pipeline.cli.inspect_packages:inspect",
        "try": "pipeline.cli.try_application:try_application",
        "explain": "pipeline.cli.explain:explain",
        "schemas": "pipeline.cli.schemas:schemas",
        "items": "pipeline.cli.items:items",
        "form": "pipeline.cli.form:form",
        "setup": "pipeline.cli.set_up:setup",
        "run": "pipeline.cli.flows:run",
        "close": "pipeline.cli.flows:close",
        "alarms": "pipeline.cli.alarms:alarms",
        "notices": "pipeline.cli.notices:notices",
        "notice": "pipeline.cli.notice:notice",
        "effects": "pipeline.cli.effects:effects",
        "letters": "pipeline.cli.letters:letters",
        "consents": "pipeline.cli.consents:consents",
        "certificates": "pipeline.cli.certificates:certificates",
        "registry": "pipeline.cli.registry:registry",
        "acts": "pipeline.cli.acts:list_acts",
        "hold": "pipeline.cli.acts:hold",
        "release": "pipeline.cli.acts:release",
        "confirm": "pipeline.cli.acts:confirm",
        "return": "pipeline.cli.acts:send_back_case",
        "receive": "pipeline.cli.acts:receive",
        "exempt": "pipeline.cli.acts:exempt",
        "assign": "pipeline.cli.acts:assign",
        "decide": "pipeline.cli.decide:decide",
        "decisions": "pipeline.cli.decide:decisions",
        "merge": "pipeline.cli.merge:merge",
        "correct": "pipeline.cli.corrections:correct",
        "withdraw": "pipeline.cli.corrections:withdraw",
        "case": "pipeline.cli.corrections:show_case",
        "worklist": "pipeline.cli.worklist:worklist",
        "expected": "pipeline.cli.expected:expected",
        "outside": "pipeline.cli.outside:outside",
        "campaign": "pipeline.cli.campaign:campaign",
        "stop-list": "pipeline.cli.stop_list:stop_list",
        "slots": "pipeline.cli.slots:slots",
        "payments": "pipeline.cli.payments:payments",
        "replay": "pipeline.cli.replay:replay",
        "self-information": "pipeline.cli.self_information:self_information",
        "sync": "pipeline.cli.sync:sync",
        "diff": "pipeline.cli.diff:diff",
        "trace": "pipeline.cli.trace:trace",
        "evidence": "pipeline.cli.bundles:evidence",
        "export": "pipeline.cli.evidence:export",
        "verify": "pipeline.cli.evidence:verify",
        "characters": "pipeline.cli.characters:characters",
        "sandbox": "pipeline.cli.sandbox:sandbox",
        "exchange": "pipeline.cli.exchange:exchange",
        "audit": "pipeline.cli.audit:audit",
        "bench": "pipeline.cli.bench:bench",
    }
)


class HubGroup(click.Group):
    """Imports a command's module only when it is called, and shows no traceback for what a person can mend."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a newcomer's use."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; an unknown one ends with the name most like it."""
        if args[0] not in _COMMANDS and not args[0].startswith("-"):
            close = get_close_matches(args[0], _COMMANDS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"commands are {', '.join(_COMMANDS)}"
            ctx.fail(f"there is no command {args[0]}; {hint}")
        return super().resolve_command(ctx, args)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401  click's own signature
    ) -> click.Context:
        """Read the group's own options; a wrong one becomes one message."""
        with errors_as_messages():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  click's own signature
        """Run a command; what a setting, a connection or a red day ends becomes one message."""
        with errors_as_messages():
            return super().invoke(ctx)


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """End the process with one line on stderr and the exit code of the error, whatever a person can mend."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "hub"
        _end(f"{error.format_message()} ({path} --help shows an example)", WRONG_USE)
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        _end("interrupted. Start the command again: it goes on with what is not finished", INTERRUPTED)
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or type(error).__name__
        _end(f"{what}. Make it readable and writable for the hub's user, or choose another", WRONG_USE)
    except Exception as error:
        message = _message_of(error)
        if message is None:
            raise
        _end(*message)


def _message_of(error: Exception) -> tuple[str, int] | None:
    """The message and exit code of an error that a person can mend; None for a defect of the program.

    Imported here, because the commands that need none of these libraries shall start at once.
    """
    from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

    from connectors.errors import ConnectorError, TransientError
    from mappings.yaml_door import SpecError
    from pipeline.errors import EvidenceBroken, HubError
    from pipeline.steps.close_and_report import UnbalancedDayError
    from vocabulary.findings import Refused
    from vocabulary.reasons import reason

    match error:
        case UnbalancedDayError() | EvidenceBroken():
            return str(error), RED
        case TransientError():
            return f"{error}. Check that {error.system} and the way to it are up, then run the command again", WRONG_USE
        case SpecError():
            return f"{error}. Correct the file; docs/spec-reference.md explains every key", WRONG_USE
        case HubError() | ConnectorError():
            return str(error), WRONG_USE
        case Refused():
            finding, words = error.finding, reason(error.finding.code)
            return f"{finding.code} {finding.where}: {words.sentence}{words.remedy}", REFUSED
        case OperationalError() | ProgrammingError():
            fault = str(error.orig).strip().partition("\n")[0]
            return f"journal: {fault}. Make it with `hub setup`, or correct --root, HUB_ROOT or HUB_DATABASE", WRONG_USE
        case ArgumentError():
            return "HUB_DATABASE is no address of a database. Write it as postgresql://user@host/name", WRONG_USE
    return None


def tell(message: str) -> None:
    """One line on stderr, 個人番号 masked."""
    click.echo(f"hub: {mask_numbers(' '.join(message.split()))}", err=True)


def _end(message: str, code: int) -> NoReturn:
    tell(message)
    sys.exit(code)


def set_up_logging() -> None:
    """Log lines go to stderr, at the level of ``HUB_LOG_LEVEL`` (default WARNING), with 個人番号 masked. Raises SettingError."""
    from pipeline.errors import SettingError

    level = os.environ.get("HUB_LOG_LEVEL") or "WARNING"
    if level not in LOG_LEVELS:
        raise SettingError(f"HUB_LOG_LEVEL is {level}", f"set it to one of {', '.join(LOG_LEVELS)}")
    handler = logging.StreamHandler()
    handler.setLevel(level)
    handler.addFilter(NumberFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])


def _show_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    from importlib.metadata import PackageNotFoundError, version

    from pipeline.errors import SettingError

    if not wanted:
        return
    try:
        click.echo(f"hub, version {version('municipal-hub')}")
    except PackageNotFoundError:
        raise SettingError("the project is not installed here", "run: make setup") from None
    context.exit()


@click.group(cls=HubGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version and exit.")
def main() -> None:
    """Back-office hub of a municipality (申請管理). Example: hub demo --applications 50 --root var/demo"""
    set_up_logging()
