"""Canonical records (正規化レコード) of applications: sealed one by one, joined to tables when a step works on many."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from mappings.records import Table
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import canonical

Tables = dict[str, Table]


def canonical_context(municipality: str, application: int) -> str:
    """The place that the sealed records of an application belong to."""
    return f"canonical/{municipality}/{application}"


def split_tables(tables: Mapping[str, Table]) -> dict[int, Tables]:
    """The rows of each application, which has every group; one without any row is absent."""
    found: dict[int, dict[str, list[int]]] = {}
    for group, table in tables.items():
        for row, application in enumerate(table.application):
            found.setdefault(application, {}).setdefault(group, []).append(row)
    return {
        application: {group: _select(table, application, rows.get(group, [])) for group, table in tables.items()}
        for application, rows in found.items()
    }


def _select(table: Table, application: int, rows: Sequence[int]) -> Table:
    return Table(
        application=[application] * len(rows),
        ordinal=[table.ordinal[row] for row in rows],
        columns={name: [column[row] for row in rows] for name, column in table.columns.items()},
    )


def join_tables(parts: Sequence[Tables]) -> Tables:
    """The rows of many applications in their order, group by group."""
    by_group: dict[str, list[Table]] = {}
    for part in parts:
        for group, table in part.items():
            by_group.setdefault(group, []).append(table)
    return {group: _join(tables) for group, tables in by_group.items()}


def _join(tables: Sequence[Table]) -> Table:
    return Table(
        application=[application for table in tables for application in table.application],
        ordinal=[ordinal for table in tables for ordinal in table.ordinal],
        columns={name: [cell for table in tables for cell in table.columns[name]] for name in tables[0].columns},
    )


def canonical_row(hub: Hub, application: int, mapping_version: str, tables: Tables) -> dict[str, Any]:
    """The journal's row for the records of an application."""
    plain = {group: {"ordinal": table.ordinal, "columns": table.columns} for group, table in tables.items()}
    sealed = hub.sealing.seal_text(json.dumps(plain, ensure_ascii=False), context=canonical_context(hub.code, application))
    return {"application": application, "mapping_version": mapping_version, "records": sealed}


def load_tables(hub: Hub, applications: Sequence[int]) -> dict[int, Tables]:
    """The records of applications, by application."""
    wanted = set(applications)
    rows = hub.journal.rows(select(canonical).where(canonical.c.application.between(min(wanted, default=0), max(wanted, default=0))))
    return {row.application: _open(hub, row.application, row.records) for row in rows if row.application in wanted}


def _open(hub: Hub, application: int, sealed: bytes) -> Tables:
    plain = json.loads(hub.sealing.unseal_text(sealed, context=canonical_context(hub.code, application)))
    return {
        group: Table(application=[application] * len(table["ordinal"]), ordinal=table["ordinal"], columns=table["columns"])
        for group, table in plain.items()
    }
