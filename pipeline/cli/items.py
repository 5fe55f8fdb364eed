"""``hub items``: official item definitions taken over, and compared with an API specification and our provisional items."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from pipeline.cli.group import REFUSED, tell
from pipeline.errors import SettingError
from pipeline.places import specifications_folder
from vocabulary.findings import Refused
from vocabulary.reasons import reason

if TYPE_CHECKING:
    from mappings.item_definition import Definition
    from mappings.item_import import Change, Import

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@contextmanager
def official_papers() -> Iterator[None]:
    """A workbook that is none, or harmful, is refused in words for whoever chose the file; the reasons speak of applicants."""
    try:
        yield
    except Refused as refused:
        found = reason(refused.finding.code).english
        tell(f"{refused.finding.where}: {found} ({refused.finding.code}). Give the official workbook, an .xlsx without macros")
        sys.exit(REFUSED)


@click.group()
def items() -> None:
    """Take over and compare official item definitions (項目定義書). Example: hub items import 項目定義書.xlsx --dry-run"""


@items.command("import")
@click.argument("file", type=EXISTING)
@click.option("--business", help="業務ID of three digits; needed when the workbook holds several.")
@click.option("--group", "groups", multiple=True, metavar="NAME=ROMAJI", help="Romaji name of a group that is new; may be repeated.")
@click.option("--source", default="", help="Publisher and licence, for the folder's SOURCE.md.")
@click.option("--out", type=FOLDER, help="Specification folder to write into (default: HUB_MAPPINGS, else the project's own).")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
def import_items(file: Path, *, business: str | None, groups: tuple[str, ...], source: str, out: Path | None, dry_run: bool) -> None:
    """Read a 項目定義書 workbook into item data with status official (項目定義書の取込み).

    Example: hub items import atenabango-kanri_item-definition.xlsx --group 住登外者宛名基本情報=jutogaishaatenakihonjoho
    """
    from mappings.item_import import plan_import
    from pipeline.item_papers import definition_of

    root = out or specifications_folder()
    with official_papers():
        definition = definition_of(file)
    wanted = _business(definition, business)
    names = _group_names(definition, wanted, root, groups)
    plan = plan_import(definition, wanted, root=root, groups=names, source=_source(definition, file, source, root / "items" / wanted))
    for change in plan.changes:
        click.echo(_words(change))
    if not dry_run:
        _write(plan, wanted, root)
    done = "確認のみ、書き込んでいません" if dry_run else f"{root} に取り込みました"
    click.echo(f"{definition.title}: 変わる項目 {len(plan.changes)}件。{done}。")


@items.command("compare")
@click.argument("definition", type=EXISTING)
@click.argument("specification", type=EXISTING)
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write the rows to this CSV file.")
@click.option("--html", "html_folder", type=FOLDER, help="Also write the report as a page into this folder.")
def compare_items(definition: Path, specification: Path, *, as_json: bool, csv_file: Path | None, html_folder: Path | None) -> None:
    """Say where a 項目定義書, an API specification and our provisional items differ (項目の照合).

    Example: hub items compare 項目定義書.xlsx API仕様書.xlsx --html var/items
    """
    from mappings.catalogue import load_catalogue
    from pipeline.item_papers import report_of, same_items
    from pipeline.pages.item_page import render_item_report

    root = specifications_folder()
    with official_papers():
        report = report_of(definition, specification, load_catalogue(root).items, same_items(root / "items"))
    if csv_file:
        csv_file.write_text(report.csv(), encoding="utf-8-sig")
    for name, data in render_item_report(report).items() if html_folder else ():
        path = Path(html_folder or "") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    click.echo(json.dumps(report.json(), ensure_ascii=False) if as_json else report.markdown(), nl=as_json)


def _business(definition: "Definition", wanted: str | None) -> str:
    found = sorted({item.business for item in definition.items})
    if wanted is None and len(found) == 1:
        return found[0]
    if wanted not in found:
        raise SettingError(f"the workbook holds the businesses {', '.join(found)}", "name one of them with --business")
    return str(wanted)


def _group_names(definition: "Definition", business: str, root: Path, given: tuple[str, ...]) -> dict[str, str]:
    """Romaji name of each group: as given, else as the folder's groups.csv has it."""
    import csv

    path = root / "items" / business / "groups.csv"
    known = {row[1]: row[0] for row in list(csv.reader(path.open(encoding="utf-8", newline="")))[1:]} if path.is_file() else {}
    known |= {name: romaji for name, _, romaji in (one.partition("=") for one in given)}
    needed = dict.fromkeys(item.group for item in definition.items if item.business == business)
    for name in needed:
        if not known.get(name):
            raise SettingError(f"the group {name} has no romaji name yet", f"name it: --group {name}=ROMAJI")
    return {name: known[name] for name in needed}


def _source(definition: "Definition", file: Path, source: str, folder: Path) -> str:
    """What SOURCE.md says; without ``source`` the words that stand there already stay."""
    path = folder / "SOURCE.md"
    kept = path.read_text(encoding="utf-8").partition("\n\nSource: ")[2].strip() if path.is_file() else ""
    digest = sha256(file.read_bytes()).hexdigest()
    head = f"# {definition.title}\n\nImported with `hub items import` from `{file.name}` (SHA-256 {digest})."
    return f"{head}\n\nSource: {source or kept or 'not stated; licence not stated'}\n"


def _write(plan: "Import", business: str, root: Path) -> None:
    """Write the files once they are proved to load; a bad definition leaves everything as it was. Raises SpecError."""
    from mappings.codelists import read_codelists
    from mappings.items import read_group_titles, read_items

    with TemporaryDirectory() as folder:
        trial = Path(folder)
        _put(plan.files, trial)
        lists = {*read_codelists(trial / "codelists"), *(path.stem for path in (root / "codelists").glob("*.csv"))}
        read_group_titles(trial / "items" / business, read_items(trial / "items" / business, codelists=frozenset(lists)))
    _put(plan.files, root)


def _put(files: Mapping[str, str], root: Path) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _words(change: "Change") -> str:
    what = "、".join(f"{column}: {before or '（空）'} → {after or '（空）'}" for column, before, after in change.columns)
    return f"{change.kind} {change.item} {change.title}" + (f"（{what}）" if what else "")
