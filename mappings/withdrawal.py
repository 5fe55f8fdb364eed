"""Withdrawal (出力の取下げ): an application of which one value cannot be carried leaves every table and the losses, as a whole."""

from collections.abc import Iterable

from mappings.records import Table
from mappings.repertoire import Judged
from vocabulary.findings import Finding


def withdraw(judged: Judged, refused: Iterable[tuple[int, Finding]]) -> Judged:
    """What stays of the judged applications when those of ``refused`` are left out too."""
    more = tuple(refused)
    if not more:
        return judged
    out = {application for application, _ in more}
    tables = {group: _without(table, out) for group, table in judged.tables.items()}
    return Judged(tables, (*judged.refused, *more), tuple(loss for loss in judged.losses if loss.application not in out))


def _without(table: Table, out: set[int]) -> Table:
    kept = [row for row, application in enumerate(table.application) if application not in out]
    columns = {name: [column[row] for row in kept] for name, column in table.columns.items()}
    return Table([table.application[row] for row in kept], [table.ordinal[row] for row in kept], columns)
