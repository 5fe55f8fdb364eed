"""Where things lie: the project's own data and the working root (作業フォルダー) of a run."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def municipalities_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Folder of the municipality files; ``HUB_MUNICIPALITIES`` names another one."""
    return Path(environment.get("HUB_MUNICIPALITIES") or PROJECT / "municipalities")


def municipality_codes(folder: Path) -> list[str]:
    """Codes of all municipality files, sorted. Reads names only, so that one bad file disables only itself."""
    return sorted(file.stem for file in folder.glob("*.yaml"))


def specifications_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Folder of procedures, items, formats and code lists; ``HUB_MAPPINGS`` names another one."""
    return Path(environment.get("HUB_MAPPINGS") or PROJECT / "mappings")


@dataclass(frozen=True, slots=True)
class Root:
    """A working root. Everything in it is addressed relative to it, so a root may be copied."""

    folder: Path

    @property
    def database(self) -> Path:
        """The embedded journal."""
        return self.folder / "hub.db"

    @property
    def connections(self) -> Path:
        """Connection files, one for each counterpart."""
        return self.folder / "connections"

    @property
    def cases(self) -> Path:
        """Case folders for clerks."""
        return self.folder / "cases"

    @property
    def reports(self) -> Path:
        """Pages of the day."""
        return self.folder / "reports"

    @property
    def audits(self) -> Path:
        """Working papers and lists for auditors."""
        return self.folder / "audits"

    @property
    def letters(self) -> Path:
        """Letters for the section that posts them."""
        return self.folder / "letters"

    @property
    def delivered(self) -> Path:
        """What receiving systems on this machine hold."""
        return self.folder / "delivered"


def root_from_environment(given: Path | None = None, environment: Mapping[str, str] = os.environ) -> Root:
    """The root: the one given, else ``HUB_ROOT``, else ``var/hub`` of the project."""
    folder = given or Path(environment.get("HUB_ROOT") or PROJECT / "var" / "hub")
    return Root(folder.resolve())
