"""Anomalies of the reconciliation (突合の不一致) as people see them: kind, day, age, and who explained them. No persons."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import select, update

from pipeline.errors import SettingError
from pipeline.exchange.access import Reader
from pipeline.hub import Hub
from pipeline.journal.exchange_tables import exchange_anomalies

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "only_there": "提供の記録があるが、自団体側に無い",
        "only_here": "自団体側にあるが、情報提供等記録に無い",
        "facts_differ": "両方にあるが、内容が違う",
        "late": "遅れて記録された",
        "unrequested": "照会した覚えの無い照会の記録",
        "foreign_duty": "届け出た事務以外の照会",
        "odd_hour": "通常の時間帯の外の照会",
        "volume": "通常より多い照会",
    }
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One anomaly. age_days: since it was opened; subject: 処理通番, a row of ours, or day/duty."""

    number: int
    kind: str
    subject: str
    day: str
    state: str
    age_days: int

    def as_json(self) -> dict[str, Any]:
        """The keys of ``--json``."""
        return asdict(self) | {"title": KINDS[self.kind]}


def list_anomalies(hub: Hub, *, closed_too: bool = False) -> list[Listed]:
    """The anomalies that are open, oldest day first; or all."""
    table = exchange_anomalies.c
    states = ("open", "closed", "explained") if closed_too else ("open",)
    statement = select(exchange_anomalies).where(table.municipality == hub.code, table.state.in_(states)).order_by(table.day, table.id)
    today = hub.clock.today()
    return [
        Listed(row.id, row.kind, row.subject, row.day, row.state, (today - date.fromisoformat(row.opened_on)).days)
        for row in hub.journal.rows(statement)
    ]


def explain_anomaly(hub: Hub, number: int, reader: Reader) -> None:
    """Settle an open anomaly by what a reader found out: it is not opened again. Raises SettingError when there is none."""
    table = exchange_anomalies.c
    same = (table.municipality == hub.code, table.id == number, table.state == "open")
    said = {"explained_by": reader.who, "explanation": reader.reason, "closed_on": hub.clock.today().isoformat()}
    with hub.journal.write() as write:
        if write.execute(update(exchange_anomalies).where(*same).values(state="explained", **said)).rowcount != 1:
            raise SettingError(f"there is no open anomaly {number}", "hub exchange anomalies lists them with their numbers")
        write.leaf("exchange_anomaly_explained", anomaly=number, who=reader.who)
