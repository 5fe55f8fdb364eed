"""Nursery applications of a small town that arrive when a test says so, and the rounds that the municipality declares for them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.places import PROJECT
from sandbox.applications import Application, Bureau, Slot
from sandbox.forms import NAMESPACE
from sandbox.listing_lines import line_of
from sandbox.town import Town, build_town
from sandbox.town_people import Household, Resident
from sandbox.town_plan import plan
from sandbox.world_making import RESIDENTS_PER_APPLICATION, SMALLEST_TOWN, opening_day_before
from tests.pipeline.days import DAY, NAHA

SEED, RIYO = 11, "hoiku-riyo"
ROUNDS = """after_deadline: {after_deadline}
      calendar:
        - {{id: first, name: 一次, deadline: 2026-11-24T07:00, first_start: 2027-04-01, last_start: 2027-04-30}}
        - {{id: second, name: 二次, deadline: 2026-11-25T12:00, first_start: 2027-04-01, last_start: 2027-04-30}}
        - {{id: january, name: 一月, deadline: 2026-11-20T17:15, first_start: 2027-01-01, last_start: 2027-01-31}}
"""


def municipality(folder: Path, *, after_deadline: str = "ask") -> Path:
    """A folder with the town's municipality file, of which the rounds close while the tests watch."""
    text = (PROJECT / "municipalities" / f"{NAHA}.yaml").read_text(encoding="utf-8")
    start, end = text.index("    rounds:"), text.index("  hoiku-genkyo:")
    folder.mkdir(parents=True, exist_ok=True)
    changed = f"{text[:start]}    rounds:\n      {ROUNDS.format(after_deadline=after_deadline)}{text[end:]}"
    (folder / f"{NAHA}.yaml").write_text(changed, encoding="utf-8")
    return folder


def town(applications: int) -> Town:
    """The town that ``world.prepare`` makes with this seed and no defects, made again to file more from it."""
    wanted = plan(applications, ()).households
    return build_town(
        seed=SEED, day=opening_day_before(DAY), wanted=wanted, residents=max(SMALLEST_TOWN, RESIDENTS_PER_APPLICATION * applications)
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """Files applications of the town's families into the portal stand-in of a root."""

    root: Path
    bureau: Bureau

    def file(self, household: Household, arrived: datetime, number: int, child: Resident | None = None) -> Application:
        """An application for a child, by default the youngest. number: of the receipt."""
        slot = Slot(f"{arrived:%Y%m%d}-{90_000_000 + number:08}", arrived - timedelta(seconds=3), arrived)
        wanted = child or household.children[-1]
        others = tuple(one for one in household.children if one is not wanted)
        return self.bureau.file(RIYO, replace(household, children=(*others, wanted)), slot)

    def send(self, applications: Sequence[Application]) -> None:
        """Let the portal list them."""
        folder = self.root / "sandbox" / "portal"
        with (folder / "listings.jsonl").open("a", encoding="utf-8") as listings:
            for application in applications:
                line = line_of(application, application.packed(self.bureau.printer))
                (folder / line.file).write_bytes(line.package)
                listings.write(json.dumps(line.record(), ensure_ascii=False) + "\n")


def again(application: Application, arrived: datetime, number: int) -> Application:
    """The very same application once more."""
    slot = Slot(f"{arrived:%Y%m%d}-{90_000_000 + number:08}", arrived - timedelta(seconds=3), arrived)
    return replace(application, slot=slot)


def written(application: Application, path: str, text: str) -> Application:
    """The application with another text in one element."""
    found = application.filled.find("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))
    assert found is not None, path
    found.text = text
    return application


def without(application: Application, document: str) -> Application:
    """The application without a kind of attachment, in the form and in the package."""
    gone = {one.name for one in application.attachments if one.document == document}
    (listed,) = application.filled.iter(f"{{{NAMESPACE}}}添付書類")
    for entry in [entry for entry in listed if entry.get("ファイル名") in gone]:
        listed.remove(entry)
    return replace(application, attachments=tuple(one for one in application.attachments if one.name not in gone))
