"""What a municipality declares for the night: its copies at the intermediate server (副本) and the records of exchange (情報提供等記録)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from mappings.copies import CopyKind
from mappings.specification import Spec, nearest
from pipeline.errors import SettingError
from pipeline.hours import HoursOfDay


class Drift(Spec):
    """The drift limit (差分の上限): share of a kind's accepted records and count of changes, each of which a night may not exceed unasked.

    few: so many changes are never too many, whatever their share of a small kind.
    """

    share: Decimal = Field(gt=0, le=1)
    count: int = Field(ge=1)
    few: int = Field(default=20, ge=0)


class LedgerSetting(Spec):
    """How a ledger (正本) is read: CSV extracts in the folder of a connection, or a query of a database.

    query: one SELECT; ``{columns}`` in it stands for the columns of the layout that is valid on the day.
    """

    kind: Literal["csv", "sql"]
    connection: str
    query: str = ""

    @model_validator(mode="after")
    def _query_goes_with_sql(self) -> Self:
        if (self.kind == "sql") != bool(self.query):
            raise ValueError("query: goes with kind sql, and only with it")
        if self.query and not self.query.lstrip().lower().startswith(("select ", "select\n", "with ")):
            raise ValueError("query: must be one SELECT")
        return self


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
"""In the order of ``date.weekday``."""


class CopiesSetting(Spec):
    """The nightly work on copies. least_share: records that an extract must have, as a share of those of the extract before it.

    retry_days: how long a record is tried again whose fault heals by itself. part_records: most records in one part of a request file.
    switch_records: how many records of a kind move to a new layout in one night. compare: evenings whose night ends with a full comparison.
    """

    window: HoursOfDay
    connection: str
    drift: Drift
    least_share: Decimal = Field(default=Decimal("0.60"), gt=0, le=1)
    retry_days: int = Field(ge=1)
    part_records: int = Field(default=5000, ge=1, le=100_000)
    switch_records: int = Field(default=50_000, ge=1)
    compare: tuple[Weekday, ...] = ("sat",)
    ledgers: dict[str, LedgerSetting]
    kinds: tuple[str, ...] = Field(min_length=1)

    @field_validator("kinds")
    @classmethod
    def _none_twice(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        twice = next((kind for kind in kinds if kinds.count(kind) > 1), "")
        if twice:
            raise ValueError(f"{twice} stands twice")
        return kinds


class OwnSource(Spec):
    """A source of the municipality's own side (自団体側の記録). complete: it holds every exchange of a day.

    kind: gateway 団体内統合宛名機能, business-log 業務システムの照会ログ, terminal-book 接続端末の照会簿.
    items: 特定個人情報コード of the inquiries that only this source writes down; a source without items has those that no other names.
    """

    kind: Literal["gateway", "business-log", "terminal-book"]
    connection: str
    complete: bool
    items: tuple[str, ...] = ()


class ExchangeSetting(Spec):
    """The nightly work on records of exchange. duties: 事務手続コード that may ask; hours, usual_per_day: what is usual of inquiries.

    readers: staff numbers or names of those who may look at records.
    """

    window: HoursOfDay
    connection: str
    duties: tuple[str, ...] = Field(min_length=1)
    hours: HoursOfDay
    usual_per_day: int = Field(ge=1)
    readers: tuple[str, ...] = ()
    sources: dict[str, OwnSource] = Field(min_length=1)


def check_copies(code: str, setting: CopiesSetting, known: Mapping[str, CopyKind]) -> None:
    """Refuse kinds without specification or ledger, ledgers that no kind copies, and a query that several kinds would share."""
    place = f"municipalities/{code}.yaml: copies"
    for name in setting.kinds:
        if name not in known:
            raise SettingError(f"{place}.kinds: {name} does not exist", f"allowed are {nearest(name, known)}")
        ledger = known[name].ledger
        if ledger not in setting.ledgers:
            raise SettingError(f"{place}.ledgers: {ledger}, which {name} copies, is not declared", f"add {ledger} or drop {name}")
    copied = [known[name].ledger for name in setting.kinds]
    for ledger, declared in setting.ledgers.items():
        if ledger not in copied:
            allowed = nearest(ledger, {kind.ledger for kind in known.values()})
            raise SettingError(f"{place}.ledgers.{ledger}: no kind of copies copies it", f"allowed are {allowed}")
        if declared.kind == "sql" and copied.count(ledger) > 1:
            raise SettingError(f"{place}.ledgers.{ledger}.query: several kinds copy it", "hand it over as csv, one file for each kind")
