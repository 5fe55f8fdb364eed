"""New files for a person's eyes (本人限りのファイル): whole or not at all, readable for the owner only, nothing written over."""

import os
from pathlib import Path

from pipeline.errors import SettingError


def check_new(path: Path) -> None:
    """Raises SettingError when something lies there already, or its folder is missing."""
    if path.exists():
        raise SettingError(f"{path} exists already", "name another file; nothing is written over")
    if not path.parent.is_dir():
        raise SettingError(f"{path.parent} is no folder", "make it, or name another")


def part_of(path: Path) -> Path:
    """Where a file lies until it is whole."""
    return path.with_name(f".{path.name}.part")


def write_part(path: Path, data: bytes) -> Path:
    """Write the bytes beside ``path``; whoever renames the part gives the file out."""
    part = part_of(path)
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return part
