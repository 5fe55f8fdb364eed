"""Strata of an audit sample (監査抽出の層): procedure, released errors, and bands of amounts as ``strata.yaml`` declares them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field
from sqlalchemy import Row, select

from mappings.specification import Assumption, Spec, read_spec
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts, waivers
from pipeline.journal.intake_tables import applications
from pipeline.records import Tables, load_tables

FILE = Path(__file__).with_name("strata.yaml")
RELEASED, PLAIN = "保留解除あり", "保留解除なし"


class Amount(Spec):
    """Which item of a procedure's records is its amount, in yen. bounds: where one band ends and the next begins, ascending."""

    procedure: str
    group: str
    item: str
    bounds: tuple[int, ...] = Field(min_length=1)


class Strata(Spec):
    """The whole file."""

    assumptions: tuple[Assumption, ...]
    amounts: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application that may be drawn. key: what it is known by outside, so that no row number decides."""

    application: int
    key: str
    procedure: str
    released: bool
    band: str

    @property
    def stratum(self) -> str:
        """手続／保留解除の有無／金額の層."""
        return "／".join(part for part in (self.procedure, RELEASED if self.released else PLAIN, self.band) if part)


@cache
def declared() -> Strata:
    """The amounts that make strata. Raises SpecError."""
    return read_spec(FILE, Strata)


def candidates(hub: Hub, first: str, last: str) -> list[Candidate]:
    """Every application that reached a section from ``first`` to ``last``, both days included."""
    between = applications.c.department_at.between(f"{first}T", f"{last}U")
    rows = hub.journal.rows(select(applications).where(applications.c.municipality == hub.code, between))
    by_two = select(waivers.c.application).join(acts, acts.c.id == waivers.c.act).where(acts.c.kind == "release").distinct()
    released = {row.application for row in hub.journal.rows(by_two)}
    bands = _bands(hub, rows)
    return [
        Candidate(row.id, f"{row.receipt}/{row.version}", row.procedure, row.id in released, bands.get(row.id, "")) for row in rows
    ]


def _bands(hub: Hub, rows: Iterable[Row[Any]]) -> dict[int, str]:
    """The band of each application whose procedure has an amount."""
    amounts = {one.procedure: one for one in declared().amounts}
    wanted = {row.id: amounts[row.procedure] for row in rows if row.procedure in amounts}
    loaded: Mapping[int, Tables] = load_tables(hub, list(wanted))
    return {application: band_of(amount, loaded.get(application, {})) for application, amount in wanted.items()}


def band_of(amount: Amount, tables: Tables) -> str:
    """The band of the largest amount of an application's records; its own one for those without an amount."""
    table = tables.get(amount.group)
    values = [int(value) for value in table.columns[amount.item] if value and value.isdecimal()] if table else []
    if not values:
        return "金額なし"
    below = [bound for bound in amount.bounds if bound <= max(values)]
    above = [bound for bound in amount.bounds if bound > max(values)]
    return (f"{below[-1]:,}円以上" if below else "") + (f"{above[0]:,}円未満" if above else "")
