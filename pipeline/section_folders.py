"""Protected folders of sections (担当課のフォルダー): where a case lies, apart from the others when it touches a protected person."""

from pathlib import Path
from typing import Any

from sqlalchemy import Row

from pipeline.hub import Hub

LARGEST = 8 << 20
"""Bytes of the largest file that is taken from a section's folder."""


def section_folder(hub: Hub, row: Row[Any]) -> Path:
    """The protected folder of a section; cases that touch a protected person lie apart from the ordinary ones."""
    return folder_of(hub, row.section, restricted=row.restricted)


def lies_apart(hub: Hub, other: Row[Any], row: Row[Any]) -> bool:
    """Whether a case is kept from those who may see another one: it touches a protected person, or its section's access is narrow."""
    kept = other.restricted or hub.municipality.sections[other.section].access == "narrow"
    return bool(kept) and section_folder(hub, other) != section_folder(hub, row)


def folder_of(hub: Hub, section: str, *, restricted: bool) -> Path:
    """The folder of a section's ordinary or restricted work; in a section with narrow access all of it lies in one."""
    narrow = hub.municipality.sections[section].access == "narrow"
    ordinary, apart = folders(hub, section)
    return apart if restricted and not narrow else ordinary


def folders(hub: Hub, section: str) -> tuple[Path, Path]:
    """The ordinary folder and the one apart."""
    cases = hub.root.cases / hub.code
    return cases / section, cases / f"{section}-restricted"


def case_name(row: Row[Any]) -> str:
    """Name of a case folder: the 受付番号, with the portal's version when it is not the first."""
    return row.receipt if row.version == 1 else f"{row.receipt}-v{row.version}"


def is_left(path: Path) -> bool:
    """Whether a path is a file that somebody left: no folder, pipe or link to elsewhere."""
    return path.is_file() and not path.is_symlink()


def read_left(path: Path) -> bytes:
    """What lies in a file that somebody left, at most one byte more than ``LARGEST``, so that a huge one fills no memory."""
    with path.open("rb") as file:
        return file.read(LARGEST + 1)
