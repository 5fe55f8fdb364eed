"""Scanner gate (無害化): attachments pass through the municipality's own device or program before anyone opens them.

Declared as ``none``, as a command or as a pair of folders. A gate that does not answer never means "clean": the application waits.
"""

import hashlib
import logging
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Protocol

from connectors.errors import PermanentError
from vocabulary.findings import refuse

_LOG = logging.getLogger(__name__)
_CLEAN, _INFECTED = 0, 1


class ScannerGate(Protocol):
    """Takes files by member path, gives back cleaned copies; the caller keeps the raw bytes."""

    def scan(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Cleaned bytes under the same paths. Raises Refused SCAN_INFECTED, or SCAN_WAITING when the gate gave no verdict yet."""
        ...


@dataclass(frozen=True, slots=True)
class OpenGate:
    """No scanner is declared: files pass as they are."""

    def scan(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """The same bytes."""
        return dict(files)


@dataclass(frozen=True, slots=True)
class CommandGate:
    """A program that cleans one file in place. arguments: its command line, ``{file}`` stands for the file. timeout: seconds for each file.

    Exit 0: the file is clean or was cleaned. Exit 1: infected. Anything else is no verdict.
    """

    arguments: tuple[str, ...]
    timeout: float

    def scan(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """See ``ScannerGate``."""
        return {name: self._clean(name, data) for name, data in files.items()}

    def _clean(self, name: str, data: bytes) -> bytes:
        with TemporaryDirectory(prefix="scan-") as folder:
            path = Path(folder) / _blind_name(name, data)
            path.touch(mode=0o600)
            path.write_bytes(data)
            verdict = self._run([part.replace("{file}", str(path)) for part in self.arguments])
            if verdict == _INFECTED:
                raise refuse("SCAN_INFECTED", name)
            if verdict != _CLEAN or not path.is_file():
                raise refuse("SCAN_WAITING", name)
            return path.read_bytes()

    def _run(self, command: Sequence[str]) -> int | None:
        nothing = subprocess.DEVNULL
        try:
            done = subprocess.run(command, stdin=nothing, stdout=nothing, stderr=nothing, timeout=self.timeout, check=False)  # noqa: S603  declared
        except (OSError, subprocess.TimeoutExpired) as error:
            _LOG.warning("scanner_silent", extra={"kind": type(error).__name__})
            return None
        return done.returncode


@dataclass(frozen=True, slots=True)
class FolderGate:
    """A device that takes files from ``in`` and puts each into ``clean`` or ``infected`` under its name.

    Names are made of the content's digest, so that asking again finds the earlier answer and no name tells about a resident.
    """

    folder: Path

    def scan(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """See ``ScannerGate``. All files are handed in before the first answer is awaited."""
        try:
            names = {name: self._hand_in(name, data) for name, data in files.items()}
            for name, blind in names.items():
                if (self.folder / "infected" / blind).exists():
                    raise refuse("SCAN_INFECTED", name)
            return {name: (self.folder / "clean" / blind).read_bytes() for name, blind in names.items()}
        except OSError as error:
            _LOG.info("scanner_silent", extra={"kind": type(error).__name__})
            raise refuse("SCAN_WAITING", "attachments") from None

    def _hand_in(self, name: str, data: bytes) -> str:
        """Put the file into ``in`` unless it is there or was answered; it appears there whole."""
        blind = _blind_name(name, data)
        if not any((self.folder / place / blind).exists() for place in ("in", "clean", "infected")):
            partial = self.folder / "in" / f".{blind}.part"
            partial.write_bytes(data)
            partial.replace(self.folder / "in" / blind)
        return blind


def declare_gate(declaration: Mapping[str, str], *, root: Path) -> ScannerGate:
    """The gate that a municipality declares.

    kind ``none``; ``command`` with command (holding ``{file}``) and timeout_seconds; ``folder`` with folder, relative to ``root``.
    Raises PermanentError for another kind or a missing key.
    """
    match dict(declaration):
        case {"kind": "none"}:
            return OpenGate()
        case {"kind": "command", "command": str(command), "timeout_seconds": timeout} if "{file}" in command:
            return CommandGate(tuple(shlex.split(command)), float(timeout))
        case {"kind": "folder", "folder": folder}:
            return FolderGate(root / folder)
    raise PermanentError("scanner", "declare kind none, command (command with {file}, timeout_seconds) or folder (folder)")


def _blind_name(name: str, data: bytes) -> str:
    return hashlib.sha256(data).hexdigest() + PurePosixPath(name).suffix
