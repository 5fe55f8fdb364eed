"""The stand-ins around a demo root. The only part of the hub that knows the sandbox."""

import json
from datetime import date, datetime, time

from pipeline.errors import SettingError
from pipeline.places import Root
from sandbox.process import Running, SandboxError, adopt_or_start, stop
from sandbox.world import prepare
from vocabulary.clock import JST

DEMO_DAY = date(2026, 11, 24)
SEED = 20261124
MUNICIPALITY = "472018"


def at(hour: int, minute: int = 0) -> datetime:
    """A moment of the demo day."""
    return datetime.combine(DEMO_DAY, time(hour, minute, tzinfo=JST))


def prepare_world(root: Root, *, seed: int, applications: int) -> None:
    """Write the town, the register's files, the test JPKI and the portal's applications; nothing happens when they are there.

    Raises SettingError when the root holds the day of another town: its journal speaks of other applications.
    """
    note = root.folder / "sandbox" / "asked.json"
    asked = {"applications": applications, "seed": seed, "day": DEMO_DAY.isoformat(), "municipality": MUNICIPALITY}
    if note.is_file():
        held = json.loads(note.read_text(encoding="utf-8"))
        if held != asked:
            was = f"{held['applications']} applications, seed {held['seed']}"
            raise SettingError(f"{root.folder} holds the day of another town ({was})", "give another --root, or delete this one")
        return
    root.folder.mkdir(parents=True, exist_ok=True)
    prepare(root.folder, seed=seed, applications=applications, day=DEMO_DAY, municipality=MUNICIPALITY)
    note.write_text(json.dumps(asked), encoding="utf-8")


def start_world(root: Root) -> Running:
    """Adopt the stand-ins that serve this very root, or start them. Raises SettingError when they do not come up."""
    try:
        return adopt_or_start(root.folder, now=at(6))
    except SandboxError as error:
        raise SettingError(str(error), "read that file, or start with a fresh root") from None


def stop_world(root: Root) -> bool:
    """Stop the stand-ins of this root. False when none run."""
    return stop(root.folder)
