"""``hub certificates``: 寄附金受領証明書 for a gift that was received, and the schema of its XML."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option

if TYPE_CHECKING:
    from pipeline.certificates.gift import Gift


Command = TypeVar("Command", bound=Callable[..., Any])


def _of_gift(command: Command) -> Command:
    """The options that say what was given, who says so, and where."""
    options = (
        click.option("--amount", type=int, required=True, help="Amount of the gift in yen."),
        click.option("--received-on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Day on which it was received (支払日)."),
        click.option("--number", required=True, help="証明書番号 (文書番号)."),
        click.option("--differs", is_flag=True, help="The amount is not the offer's: it came several times, or was changed."),
        click.option("--actor", required=True, help="Id of the desk that acts, as declared under staff."),
        click.option("--reason", required=True, help="Why, in a sentence; it stays in journal and log. No name, no number."),
        municipality_option,
        root_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


def _gift(said: dict[str, Any]) -> "Gift":
    from pipeline.certificates.gift import Gift

    return Gift(said["amount"], said["received_on"].date(), said["number"], said["differs"])


@click.group()
def certificates() -> None:
    """Certificates for residents (証明書). Example: hub certificates schema"""


@certificates.command()
@click.argument("receipt")
@_of_gift
def issue(*, receipt: str, code: str | None, root_folder: Path | None, actor: str, reason: str, **said: Any) -> None:  # noqa: ANN401  options of a gift
    """Issue 寄附金受領証明書 once for a RECEIPT. Example: hub certificates issue 20261124-00000001 --amount 30000 …"""
    from pipeline.certificates.gift import issue as issue_gift
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        notice = issue_gift(hub, receipt, _gift(said), actor=actor, reason=reason)
    click.echo(f"お知らせ {notice}: 寄附金受領証明書を発行しました。次の送信で届けます。")


@certificates.command()
@click.argument("receipt")
@_of_gift
def reissue(*, receipt: str, code: str | None, root_folder: Path | None, actor: str, reason: str, **said: Any) -> None:  # noqa: ANN401  options of a gift
    """Take a wrong certificate back and issue it anew, by two people. Example: hub certificates reissue 20261124-00000001 …"""
    from pipeline.certificates.reissue import reissue as issue_anew
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        entered = issue_anew(hub, receipt, _gift(said), actor=actor, reason=reason)
    if entered.state == "asked":
        click.echo(f"行為 {entered.act}: 二人目を待っています。承認者（{'、'.join(entered.approvers)}）が同じコマンドを実行してください。")
    else:
        click.echo(f"行為 {entered.act}: 証明書を取り消し、発行し直しました。次の送信で届けます。差し出していない手紙は抜いてください。")


@certificates.command()
def schema() -> None:
    """Print the XSD of the certificate's XML. Example: hub certificates schema"""
    from pipeline.certificates.xml import gift_layout, schema_text

    click.echo(schema_text(gift_layout()), nl=False)
