"""``hub notice``: the kinds of notices (お知らせの種類), looked at as a resident sees them, and checked."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.checked import Checked, judge
from pipeline.cli.group import WRONG_USE
from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option
from pipeline.errors import SettingError
from pipeline.places import specifications_folder

if TYPE_CHECKING:
    from mappings.notice_kinds import NoticeKind


def check_of(kind: "NoticeKind") -> Checked:
    """What ``hub check`` says of a kind; it was checked when it was loaded."""
    ground = kind.ground.words if kind.ground else ""
    return Checked("お知らせ", kind.id, lambda: f"{kind.title}、根拠 {ground}、経路 {'→'.join(kind.channels)}")


@click.group()
def notice() -> None:
    """Texts of notices (お知らせの文面). Example: hub notice preview jidoteate-nintei/result --out 見本.html"""


@notice.command("preview")
@click.argument("kind")
@click.option("--for", "receipt", help="Receipt number of an application whose facts are put in.")
@click.option("--example", is_flag=True, help="With examples only (as without --for).")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the page (HTML).")
@municipality_option
@root_option
def preview(*, kind: str, receipt: str | None, example: bool, out: Path | None, code: str | None, root_folder: Path | None) -> None:
    """Show a notice as the resident sees it. Example: hub notice preview yobo-sesshu --out 見本.html"""
    from mappings.catalogue import load_catalogue
    from pipeline.hub import open_hub
    from pipeline.notices.facts import day_words
    from pipeline.notices.preview import as_text, known_of, previews

    if receipt and example:
        raise SettingError("--for and --example exclude each other", "leave one of them out")
    catalogue = load_catalogue(specifications_folder())
    known: dict[str, str] = {}
    previews(catalogue, kind, known)
    clock = clock_of_command()
    if receipt:
        with open_hub(chosen_root(root_folder), chosen_municipality(code), clock) as hub:
            known = known_of(hub, receipt, kind)
    found = previews(catalogue, kind, known)
    click.echo("\n\n".join(as_text(one) for one in found))
    if out is not None:
        from pipeline.pages.notice_page import render_notice

        out.write_bytes(render_notice(found, day=day_words(clock.today().isoformat())))
        click.echo(f"見本 {out}", err=True)


@notice.command("check")
def check() -> None:
    """Check every kind that is a folder: text, law, audience, length. Example: hub notice check"""
    from mappings.catalogue import load_catalogue

    catalogue = load_catalogue(specifications_folder())
    verdicts = [judge(check_of(one)) for one in catalogue.notice_kinds.values()]
    for verdict in verdicts:
        click.echo(verdict.line, err=not verdict.good)
    if not all(verdict.good for verdict in verdicts):
        sys.exit(WRONG_USE)
    click.echo(f"点検 {len(verdicts)}件: すべて正しい設定です。")
