"""Fault scripts: which call of which operation goes wrong, and how, as data in ``sandbox/fault_scripts/``."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import yaml

FOLDER = Path(__file__).parent / "fault_scripts"

WEB_ACTS = frozenset({"token_expired", "too_many", "unavailable", "refuse", "cut_before", "lose_answer", "drip"})
"""Acts of any HTTPS operation. refuse: an error answer with the status and code of the entry."""
_ASKING = WEB_ACTS | {"stop", "late"}
_ANSWERING = WEB_ACTS | {"stop", "lost", "twice", "other_request"}
_MIDDLE: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("login", "sym_20212"), WEB_ACTS),
    **dict.fromkeys(("scm_30112", "dbm_30312"), WEB_ACTS | {"stop"}),
    "dbm_20113": _ASKING | {"fail_some"},
    **dict.fromkeys(("dbm_80123", "dbm_50123", "dbm_90123", "ski_10123", "ski_11123", "tkm_40113", "jtk_10121", "jtk_10223"), _ASKING),
    **dict.fromkeys(("dbm_20314", "dbm_80134", "dbm_50134"), _ANSWERING | {"unknown_rows"}),
    **dict.fromkeys(("dbm_90134", "ski_10134", "ski_11134", "jtk_10134", "jtk_10234"), _ANSWERING),
    "tkm_40124": _ANSWERING | {"truncated"},
}
OPERATIONS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "portal": {
        "login": WEB_ACTS,
        "list": WEB_ACTS | {"repeat_row", "shift"},
        "fetch": WEB_ACTS | {"withdrawn"},
        "status_list": WEB_ACTS,
        "status_update": WEB_ACTS,
    },
    "osr": {
        **dict.fromkeys(("login", "state", "cancel", "file", "answers"), WEB_ACTS),
        "send": WEB_ACTS | {"other_result"},
        "file_result": WEB_ACTS | {"late", "foreign_rows", "two_ways"},
    },
    "letterbox": dict.fromkeys(("login", "send", "state", "consents", "openings"), WEB_ACTS),
    "middle": _MIDDLE,
    "sftp": {"put": frozenset({"cut_upload"}), "rename": frozenset({"cut_after_rename"}), "connect": frozenset({"other_host_key"})},
}
"""system → operation → acts that it can play."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of a script. ``nth``: which calls of the operation since the script was armed, from 1; empty means every call."""

    system: str
    operation: str
    act: str
    nth: frozenset[int] = frozenset()
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """A named list of faults."""

    name: str
    title: str
    faults: tuple[Fault, ...]

    def plays(self, act: str) -> bool:
        """Whether the act occurs at all."""
        return any(fault.act == act for fault in self.faults)


def load_script(name: str) -> Script:
    """The script of a name. Raises ValueError naming file and key when there is none or it asks for what no stand-in can play."""
    path = FOLDER / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.yaml")))
        raise ValueError(f"{path}: no such fault script; there are {known}")
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  the base loader makes strings only
    return Script(name, document["title"], tuple(_fault(path, entry) for entry in document["faults"]))


def _fault(path: Path, entry: Mapping[str, object]) -> Fault:
    cells = dict(entry)
    system, operation, act = (str(cells.pop(key, "")) for key in ("system", "operation", "act"))
    allowed = OPERATIONS.get(system, {}).get(operation, frozenset())
    if act not in allowed:
        raise ValueError(f"{path}: {system}.{operation} cannot play {act}; allowed: {', '.join(sorted(allowed)) or 'nothing'}")
    nth = cells.pop("nth", [])
    if not isinstance(nth, list):
        raise TypeError(f"{path}: nth of {system}.{operation} must be a list of numbers")
    options = {key: str(value) for key, value in cells.items()}
    return Fault(system, operation, act, frozenset(int(number) for number in nth), MappingProxyType(options))


class FaultDesk:
    """Counts the calls of each operation and says which fault, if any, a call meets. Shared by threads."""

    def __init__(self, script: Script, earlier_calls: Iterable[Mapping[str, object]] = ()) -> None:
        """``earlier_calls``: entries of calls.jsonl since the script was armed, so that a restart goes on counting."""
        self.script = script
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter((str(call["system"]), str(call["operation"])) for call in earlier_calls)

    def arm(self, script: Script) -> None:
        """Play this script from now on, counting from 1."""
        with self._lock:
            self.script = script
            self._counts.clear()

    def take(self, system: str, operation: str) -> Fault | None:
        """Count one call and return the fault that it meets."""
        with self._lock:
            self._counts[system, operation] += 1
            count = self._counts[system, operation]
            for fault in self.script.faults:
                if (fault.system, fault.operation) == (system, operation) and (not fault.nth or count in fault.nth):
                    return fault
        return None
