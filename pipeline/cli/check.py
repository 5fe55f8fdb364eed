"""``hub check``: specifications, examples, municipality files and settings, and on request keys and connections; one line for each."""

import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.checked import Checked, judge
from pipeline.cli.group import WRONG_USE
from pipeline.cli.notice import check_of
from pipeline.cli.options import clock_of_command, root_option
from pipeline.errors import SettingError
from pipeline.places import municipalities_folder, municipality_codes, root_from_environment, specifications_folder
from pipeline.settings import load_municipality
from vocabulary.reasons import reasons

if TYPE_CHECKING:
    from mappings.catalogue import Catalogue
    from mappings.document import Document
    from mappings.layouts import Format
    from mappings.procedure import Procedure


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--all", "everything", is_flag=True, help="All specifications, municipalities and settings (as without NAME).")
@click.option("--connections", is_flag=True, help="Also keys and connections of the root: files, secrets, and whether the systems answer.")
@root_option
def check(names: tuple[str, ...], *, everything: bool, connections: bool, root_folder: Path | None) -> None:
    """Check specifications and settings (設定の点検). NAME: a procedure, format, document or municipality. Example: hub check --all"""
    from mappings.catalogue import load_catalogue

    if everything and names:
        raise SettingError("--all and NAME exclude each other", "leave one of them out")
    catalogue = load_catalogue(specifications_folder())
    codes = municipality_codes(municipalities_folder())
    things = list(_chosen(names, catalogue, codes) if names else _everything(catalogue, codes))
    if connections:
        from pipeline.cli.connections import connections_of

        things += connections_of(root_from_environment(root_folder), [code for code in codes if not names or code in names])
    if _show(things):
        sys.exit(WRONG_USE)


def _show(things: Sequence[Checked]) -> int:
    """Judge one after the other, say what each came to, and count what is wrong."""
    wrong = 0
    for thing in things:
        if sys.stderr.isatty():
            click.echo(f"… {thing.kind} {thing.name}\r", err=True, nl=False)
        verdict = judge(thing)
        wrong += not verdict.good
        click.echo(verdict.line, err=not verdict.good)
    click.echo(f"点検 {len(things)}件: " + (f"{wrong}件に誤りがあります。" if wrong else "すべて正しい設定です。"))
    return wrong


def _everything(catalogue: "Catalogue", codes: Sequence[str]) -> Iterator[Checked]:
    yield Checked("環境変数", "HUB_NOW", lambda: f"現在 {clock_of_command().now():%Y-%m-%d %H:%M}")
    yield Checked("環境変数", "HUB_RETRY_SECONDS", _retry_seconds)
    yield Checked("理由コード", "vocabulary/reasons.csv", lambda: f"{len(reasons())}件")
    yield from _chosen(
        (*catalogue.procedures, *catalogue.formats, *catalogue.documents, *catalogue.notice_kinds, *codes), catalogue, codes
    )
    if not codes:
        yield Checked("自治体", str(municipalities_folder()), _no_municipality)


def _chosen(names: Sequence[str], catalogue: "Catalogue", codes: Sequence[str]) -> Iterator[Checked]:
    from mappings.specification import nearest

    for name in names:
        if name in catalogue.procedures:
            yield _procedure(catalogue.procedures[name], catalogue)
        elif name in catalogue.formats:
            yield Checked("連携様式", name, partial(_format, catalogue.formats[name]))
        elif name in catalogue.documents:
            yield Checked("書類", name, partial(_document, catalogue.documents[name]))
        elif name in catalogue.notice_kinds:
            yield check_of(catalogue.notice_kinds[name])
        elif name in codes:
            yield Checked("自治体", name, partial(_municipality, name, catalogue))
        else:
            known = (*catalogue.procedures, *catalogue.formats, *catalogue.documents, *catalogue.notice_kinds, *codes)
            raise SettingError(f"{name} is no procedure, format, document, notice or municipality", f"known are: {nearest(name, known)}")


def _procedure(procedure: "Procedure", catalogue: "Catalogue") -> Checked:
    def run_examples() -> str:
        from mappings.examples import check_examples, read_examples

        faults = check_examples(procedure, catalogue)
        if faults:
            raise SettingError(f"{procedure.folder / 'examples'}: {'; '.join(faults)}", "correct the mapping or the expected records")
        return f"{procedure.title}、記入例 {len(read_examples(procedure))}件"

    return Checked("手続", procedure.id, run_examples)


def _format(format_: "Format") -> str:
    return f"{format_.spec.title}、レコード種別 {len(format_.columns)}"


def _document(document: "Document") -> str:
    return f"{document.title}、項目 {sum(len(entry.values) for entry in document.entries)}"


def _municipality(code: str, catalogue: "Catalogue") -> str:
    from pipeline.hub import check_agreement

    municipality = load_municipality(municipalities_folder(), code)
    check_agreement(municipality, catalogue)
    return f"{municipality.name}、手続 {len(municipality.procedures)}、配信先 {len(municipality.destinations)}"


def _retry_seconds() -> str:
    text = os.environ.get("HUB_RETRY_SECONDS", "300")
    try:
        return f"{float(text):g}秒"
    except ValueError:
        raise SettingError(f"HUB_RETRY_SECONDS is {text}", "set it to a number of seconds, or leave it out") from None


def _no_municipality() -> str:
    raise SettingError(f"{municipalities_folder()} holds no municipality file", "add <code>.yaml as docs/adding-a-municipality.md says")
