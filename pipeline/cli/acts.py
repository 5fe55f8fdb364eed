"""Commands of people (職員の操作): hold, release, confirm, return, receive, exempt, assign, and the list of acts."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import select

from pipeline.act_cases import Case, admit_reader, case_of, may_read
from pipeline.acts import Act, acts_of, asked
from pipeline.assigning import assign as assign_resident
from pipeline.cli.options import (
    READER,
    check_atena,
    chosen_municipality,
    chosen_root,
    clock_of_command,
    municipality_option,
    root_option,
)
from pipeline.errors import ActRefused
from pipeline.holds import ON_HOLD, let_go, send_back
from pipeline.holds import hold as hold_case
from pipeline.hub import Hub, open_hub
from pipeline.journal.intake_tables import applications
from pipeline.orders import check_order
from pipeline.paper_documents import settle_document
from pipeline.releases import Choice
from pipeline.releases import confirm as confirm_alert
from pipeline.releases import release as release_error
from pipeline.staff import member
from pipeline.two_people import Entered

Command = TypeVar("Command", bound=Callable[..., Any])
NOT_SHOWN = "ポータルの処理状況は、同じ受付番号で先に届いた申請のものなので変えません。申請者には電話や文書で伝えてください。"
_ORDINAL = re.compile("[0-9]{1,3}")
NEXT = "次の取込（hub run intake）で続きます。"


def act_options(command: Command) -> Command:
    """``--actor``, ``--reason``, ``--municipality`` and ``--root``."""
    said = click.option("--reason", default="", help="Why, in a sentence; no resident's name or number. It stays in the journal.")
    who = click.option("--actor", default="", help="Id of the desk that acts, as declared under staff in the municipality file.")
    return who(said(municipality_option(root_option(command))))


def _finding_options(command: Command) -> Command:
    code = click.option("--code", "finding", required=True, help="Reason code (理由コード) of the finding.")
    rule = click.option("--rule", default="", help="Only the finding of this rule.")
    return code(rule(click.option("--place", default="", help="Only the finding at this place.")(command)))


@contextmanager
def opened_case(receipt: str, said: dict[str, Any]) -> Iterator[tuple[Hub, Case, dict[str, str]]]:
    """The opened hub, the case, and actor and reason once they are checked."""
    order = {"actor": said["actor"], "reason": said["reason"]}
    check_order(**order)
    with open_hub(chosen_root(said["root_folder"]), chosen_municipality(said["code"]), clock_of_command()) as hub:
        yield hub, case_of(hub, receipt), order


@click.command()
@click.argument("receipt")
@act_options
def hold(receipt: str, **said: Any) -> None:  # noqa: ANN401  the options that all acts share
    """Put a case on hold (保留). Example: hub hold 20261124-00000001 --actor jidoteate-01 --reason 本人に確認中"""
    with opened_case(receipt, said) as (hub, row, order):
        click.echo(f"{receipt}: 保留にしました（行為 {hold_case(hub, row, **order)}）。解くには hub release --code {ON_HOLD}。")


@click.command()
@click.argument("receipt")
@_finding_options
@act_options
def release(receipt: str, *, finding: str, rule: str, place: str, **said: Any) -> None:  # noqa: ANN401  the options that all acts share
    """Release an error by two people (保留解除). Example: hub release 20261124-00000001 --code DATE_ORDER --actor … --reason …"""
    choice = Choice(finding, rule, place)
    with opened_case(receipt, said) as (hub, row, order):
        click.echo(_let_go(hub, row, order) if finding == ON_HOLD else _words(row, release_error(hub, row, choice, **order)))


@click.command()
@click.argument("receipt")
@_finding_options
@act_options
def confirm(receipt: str, *, finding: str, rule: str, place: str, **said: Any) -> None:  # noqa: ANN401  the options that all acts share
    """Confirm an alert (確認). Example: hub confirm 20261124-00000001 --code ENTITLEMENT_DOUBT --actor … --reason …"""
    choice = Choice(finding, rule, place)
    with opened_case(receipt, said) as (hub, row, order):
        click.echo(_let_go(hub, row, order) if finding == ON_HOLD else _words(row, confirm_alert(hub, row, choice, **order)))


@click.command("return")
@click.argument("receipt")
@act_options
def send_back_case(receipt: str, **said: Any) -> None:  # noqa: ANN401  the options that all acts share
    """Send a case back to the filer (返戻). Example: hub return 20261124-00000001 --actor … --reason …"""
    with opened_case(receipt, said) as (hub, row, order):
        act, status = send_back(hub, row, **order)
        shown = f"ポータルの処理状況 {status} を次の通知（hub run notify）で送ります。" if status else NOT_SHOWN
        click.echo(f"{receipt}: 返戻しました（行為 {act}）。{shown}")


@click.command()
@click.argument("receipt")
@click.option("--document", required=True, help="Code of the document or visit.")
@act_options
def receive(receipt: str, *, document: str, **said: Any) -> None:  # noqa: ANN401  the options that all acts share
    """A document came by post, or the visit took place (受領登録). Example: hub receive 20261124-00000001 --document visit --actor …"""
    with opened_case(receipt, said) as (hub, row, order):
        click.echo(f"{receipt}: {document} の受領を登録しました（行為 {settle_document(hub, row, document, kind='receive', **order)}）。")


@click.command()
@click.argument("receipt")
@click.option("--document", required=True, help="Code of the document or visit.")
@act_options
def exempt(receipt: str, *, document: str, **said: Any) -> None:  # noqa: ANN401  the options that all acts share
    """A document need not come (提出免除). Example: hub exempt 20261124-00000001 --document insurance --actor … --reason …"""
    with opened_case(receipt, said) as (hub, row, order):
        click.echo(f"{receipt}: {document} の提出を免除しました（行為 {settle_document(hub, row, document, kind='exempt', **order)}）。")


@click.command()
@click.argument("receipt")
@click.argument("role")
@click.argument("atena")
@act_options
def assign(receipt: str, *, role: str, atena: str, **said: Any) -> None:  # noqa: ANN401  the options that all acts share
    """Name the resident of ROLE or ROLE.ORDINAL (宛名の指定), by two people. Example: hub assign 20261124-00000001 child.2 ATENA …"""
    check_atena("ATENA", atena)
    name, _, ordinal = role.partition(".")
    if ordinal and not _ORDINAL.fullmatch(ordinal):
        raise ActRefused(f"ROLE {role[:40]}: 何人目かが3桁までの数字ではありません", "child.2 のように書いてください")
    with opened_case(receipt, said) as (hub, row, order):
        click.echo(_words(row, assign_resident(hub, row, (name, int(ordinal or 1)), atena, **order)))


@click.command("acts")
@click.argument("receipt", default="")
@READER
@municipality_option
@root_option
def list_acts(*, receipt: str, actor: str, code: str | None, root_folder: Path | None) -> None:
    """What people did to a case, or what waits for a second person (行為の記録). Example: hub acts 20261124-00000001 --actor hoiku-01"""
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        found = _acts_of(hub, receipt, actor) if receipt else _waiting_for(hub, actor)
    for act in found:
        state = "承認待ち" if act.state == "asked" else f"行為 {act.first} の承認" if act.first else "済"
        click.echo(f"{act.id} {act.at} {act.kind} {act.subject} {act.actor}（{act.login}） {state}: {act.reason}")
    if not found:
        click.echo("職員の行為はまだありません。" if receipt else "二人目を待っている行為はありません。")


def _acts_of(hub: Hub, receipt: str, actor: str) -> list[Act]:
    row = case_of(hub, receipt)
    admit_reader(hub, row, actor)
    return acts_of(hub, row.id)


def _waiting_for(hub: Hub, actor: str) -> list[Act]:
    """What waits for a second person, without the cases that the desk may not read; what concerns no case is shown to all."""
    member(hub, actor)
    waiting = asked(hub)
    concerned = hub.journal.rows(select(applications).where(applications.c.id.in_([act.application for act in waiting])))
    hidden = {row.id for row in concerned if not may_read(hub, row, actor)}
    return [act for act in waiting if act.application not in hidden]


def _let_go(hub: Hub, row: Case, order: dict[str, str]) -> str:
    return f"{row.receipt}: 保留を解きました（行為 {let_go(hub, row, **order)}）。{NEXT}"


def _words(row: Case, entered: Entered) -> str:
    if entered.state == "done":
        return f"{row.receipt}: 登録しました（行為 {entered.act}）。{NEXT}"
    approvers = "、".join(entered.approvers) or "まだ誰もいません"
    remedy = f"承認できる職員（{approvers}）が同じコマンドを実行すると進みます。"
    return f"{row.receipt}: 依頼しました（行為 {entered.act}）。まだ保留のままです。{remedy}"
