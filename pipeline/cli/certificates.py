"""``hub certificates``: 寄附金受領証明書 for a gift that was received, and the schema of its XML."""

from datetime import datetime
from pathlib import Path

import click

from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option


@click.group()
def certificates() -> None:
    """Certificates for residents (証明書). Example: hub certificates schema"""


@certificates.command()
@click.argument("receipt")
@click.option("--amount", type=int, required=True, help="Amount of the gift in yen.")
@click.option("--received-on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Day on which the gift was received (支払日).")
@click.option("--number", required=True, help="証明書番号 (文書番号).")
@click.option("--differs", is_flag=True, help="The amount is not the one of the offer: it came several times, or was changed.")
@click.option("--actor", required=True, help="Id of the desk that acts, as declared under staff.")
@click.option("--reason", required=True, help="Why, in a sentence; it stays in journal and log. No name, no number.")
@municipality_option
@root_option
def issue(
    *,
    receipt: str,
    amount: int,
    received_on: datetime,
    number: str,
    differs: bool,
    actor: str,
    reason: str,
    code: str | None,
    root_folder: Path | None,
) -> None:
    """Issue 寄附金受領証明書 once for a RECEIPT. Example: hub certificates issue 20261124-00000001 --amount 30000 …"""
    from pipeline.certificates.gift import Gift
    from pipeline.certificates.gift import issue as issue_gift
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        notice = issue_gift(hub, receipt, Gift(amount, received_on.date(), number, differs), actor=actor, reason=reason)
    click.echo(f"お知らせ {notice}: 寄附金受領証明書を発行しました。次の送信で届けます。")


@certificates.command()
def schema() -> None:
    """Print the XSD of the certificate's XML. Example: hub certificates schema"""
    from pipeline.certificates.xml import gift_layout, schema_text

    click.echo(schema_text(gift_layout()), nl=False)
