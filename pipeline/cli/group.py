"""The group of all commands: lazy imports, one place that turns errors into a message and an exit code, log output without 個人番号."""

import logging
import os
import sys
from importlib import import_module
from types import MappingProxyType
from typing import Any

import click

from vocabulary.masking import NumberFilter

RED, WRONG_USE, REFUSED = 1, 2, 3

_COMMANDS = MappingProxyType(
    {
        "demo": "pipeline.cli.demo:demo",
        "check": "pipeline.cli.check:check",
        "inspect": "pipeline.cli.inspect_packages:inspect",
        "try": "pipeline.cli.try_application:try_application",
        "run": "pipeline.cli.flows:run",
        "close": "pipeline.cli.flows:close",
        "export": "pipeline.cli.evidence:export",
        "verify": "pipeline.cli.evidence:verify",
        "sandbox": "pipeline.cli.sandbox:sandbox",
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

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  click's own signature
        """Run a command; what a setting, a connection or a red day ends becomes one message."""
        from connectors.errors import ConnectorError
        from mappings.yaml_door import SpecError
        from pipeline.errors import EvidenceBroken, HubError
        from pipeline.steps.close_and_report import UnbalancedDayError

        try:
            return super().invoke(ctx)
        except (UnbalancedDayError, EvidenceBroken) as error:
            _end(str(error), RED)
        except (HubError, ConnectorError, SpecError) as error:
            _end(str(error), WRONG_USE)


def _end(message: str, code: int) -> None:
    click.echo(f"hub: {message}", err=True)
    sys.exit(code)


def set_up_logging() -> None:
    """Log lines go to stderr, at the level of ``HUB_LOG_LEVEL`` (default WARNING), with 個人番号 masked."""
    handler = logging.StreamHandler()
    handler.addFilter(NumberFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=os.environ.get("HUB_LOG_LEVEL", "WARNING"), handlers=[handler])


@click.group(cls=HubGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="municipal-hub", prog_name="hub")
def main() -> None:
    """Back-office hub of a municipality (申請管理). Example: hub demo --applications 50 --root var/demo"""
    set_up_logging()
