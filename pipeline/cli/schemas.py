"""``hub schemas``: the XSD of each business's records, made from its items, to hand to a receiving system."""

from pathlib import Path

import click

from pipeline.cli.generated_files import check_files, write_files
from pipeline.errors import SettingError
from pipeline.places import PROJECT, specifications_folder

SCHEMAS = PROJECT / "mappings" / "formats" / "standard-xml" / "schemas"


@click.command()
@click.argument("names", nargs=-1, metavar="[BUSINESS]…")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the schemas (default: that of standard-xml).")
@click.option("--check", "check_only", is_flag=True, help="Write nothing; exit 1 when a schema in the folder is not what the items say.")
def schemas(names: tuple[str, ...], *, out: Path | None, check_only: bool) -> None:
    """Write the XSD of each business (標準XMLのスキーマ) from its items. Example: hub schemas 027 --out var/schemas"""
    if check_only:
        check_files(out or SCHEMAS, _made(names), command="hub schemas")
    else:
        write_files(out or SCHEMAS, _made(names))


def _made(names: tuple[str, ...]) -> dict[str, bytes]:
    from mappings.catalogue import load_catalogue
    from mappings.specification import nearest
    from mappings.xml_schema import businesses, schema_text

    declared = load_catalogue(specifications_folder()).formats["standard-xml"].declared
    known = businesses(declared)
    unknown = next((name for name in names if name not in known), "")
    if unknown:
        raise SettingError(f"no records of business {unknown} are laid out", f"allowed: {nearest(unknown, known)}")
    return {f"{business}.xsd": schema_text(declared, business).encode() for business in names or known}
