"""Withdrawal (出力の取下げ): an application of which one value cannot be carried leaves every table and the losses, as a whole."""

from collections.abc import Iterable

from mappings.repertoire import Judged
from vocabulary.findings import Finding


def withdraw(judged: Judged, refused: Iterable[tuple[int, Finding]]) -> Judged:
    """What stays of the judged applications when those of ``refused`` are left out too."""
    more = tuple(refused)
    if not more:
        return judged
    out = {application for application, _ in more}
    tables = {group: table.without(out) for group, table in judged.tables.items()}
    return Judged(tables, (*judged.refused, *more), tuple(loss for loss in judged.losses if loss.application not in out))
