"""``hub explain``: the page of each procedure, made from its specs."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.generated_files import check_files, write_files
from pipeline.errors import SettingError
from pipeline.places import PROJECT, specifications_folder

if TYPE_CHECKING:
    from mappings.procedure import Procedure

PAGES = PROJECT / "docs" / "procedures"


@click.command()
@click.argument("names", nargs=-1, metavar="[PROCEDURE]…")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the pages (default docs/procedures).")
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit 1 when a page in the folder is not what the specs say.")
def explain(names: tuple[str, ...], *, out: Path | None, check_only: bool) -> None:
    """Write the page of each procedure (手続の説明) from its specs. Example: hub explain jidoteate-nintei --out var/pages"""
    if check_only:
        check_files(out or PAGES, _files(names), command="hub explain")
    else:
        write_files(out or PAGES, _files(names))


def _files(names: tuple[str, ...]) -> dict[str, bytes]:
    from mappings.catalogue import load_catalogue
    from pipeline.mapping_pages import mapping_page
    from pipeline.pages.mapping_page import render_mapping_pages

    catalogue = load_catalogue(specifications_folder())
    chosen: list[Procedure] = [_procedure(name, catalogue.procedures) for name in names] or list(catalogue.procedures.values())
    return render_mapping_pages([mapping_page(procedure, catalogue) for procedure in chosen])


def _procedure(name: str, procedures: "Mapping[str, Procedure]") -> "Procedure":
    from mappings.specification import nearest

    if name not in procedures:
        raise SettingError(f"there is no procedure {name}", f"allowed: {nearest(name, procedures)}")
    return procedures[name]
