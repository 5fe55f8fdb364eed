"""A town made for one test: a few filings of its own choice, laid out as portal, register and JPKI would publish them."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from pipeline.hub import set_up
from pipeline.places import Root
from sandbox.jpki_publication import publish
from sandbox.listing_lines import Line
from sandbox.register_office import publish_register
from sandbox.town import Town
from tests.pipeline.days import NAHA
from vocabulary.clock import Clock


def lay_out(root: Path, town: Town, lines: Sequence[Line], *, day: date, moment: datetime) -> Path:
    """A root that is set up, with the stand-ins' files for business day ``day``."""
    set_up(Root(root), Clock(moment))
    portal, record = root / "sandbox" / "portal", root / "sandbox" / "town"
    for folder in (portal / "zips", record):
        folder.mkdir(parents=True)
    for line in lines:
        (portal / line.file).write_bytes(line.package)
    listed = "".join(json.dumps(line.record(), ensure_ascii=False) + "\n" for line in lines)
    (portal / "listings.jsonl").write_text(listed, encoding="utf-8")
    (record / "made.json").write_text(json.dumps({"municipality": NAHA}), encoding="utf-8")
    publish_register(root / "sandbox" / "register", town.residents, full_day=town.day, delta_day=day)
    publish(root / "sandbox" / "jpki" / "published", day=day, revocations=[], stale=frozenset())
    return root
