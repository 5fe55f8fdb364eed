"""Stored applications mapped anew (再変換): from the sealed raw bytes, with the specifications as they are now. Nothing is written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from pipeline.errors import EvidenceBroken
from pipeline.hub import Hub
from pipeline.records import Tables
from pipeline.steps.check_records import reports_of
from pipeline.steps.map_records import Filing, map_many, source_of
from pipeline.steps.worklist import Outcome
from vocabulary.findings import Finding, Refused


def remap(hub: Hub, rows: Sequence[Row[Any]]) -> dict[int, Filing]:
    """What the mapping makes of applications. What cannot be mapped has the finding that says why, and no records."""
    found: dict[int, Filing] = {}
    for same in _by_procedure(rows).values():
        found |= map_many(hub, same)
        found |= {row.id: _alone(hub, row) for row in same if row.id not in found}
    return found


def recheck(hub: Hub, rows: Sequence[Row[Any]], filings: Mapping[int, Filing]) -> dict[int, Filing]:
    """The filings of these applications with what the suites say of their records."""
    found: dict[int, Filing] = {}
    for name, same in _by_procedure(rows).items():
        found |= _checked(hub, name, same, filings)
    return found


def _by_procedure(rows: Sequence[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.procedure].append(row)
    return found


def stops(filing: Filing) -> Finding | None:
    """The finding that would hold the application, None when its records could leave."""
    stopping = Outcome(findings=filing.findings).stopping
    return stopping if stopping or filing.tables else Finding("MAP_VALUE", where="records")


def _alone(hub: Hub, row: Row[Any]) -> Filing:
    try:
        source_of(hub, row)
    except Refused as refused:
        return Filing("", (refused.finding,), {})
    except EvidenceBroken:
        return Filing("", (Finding("EVIDENCE_BROKEN", where="map"),), {})
    except Exception as error:  # noqa: BLE001  one application that nobody foresaw must not stop the others
        return Filing("", (Finding("STEP_FAILED", where="map", detail=type(error).__name__),), {})
    return map_many(hub, [row]).get(row.id, Filing("", (Finding("STEP_FAILED", where="map"),), {}))


def _checked(hub: Hub, procedure: str, rows: Sequence[Row[Any]], mapped: Mapping[int, Filing]) -> dict[int, Filing]:
    ready = [row for row in rows if stops(mapped[row.id]) is None]
    tables: dict[int, Tables] = {row.id: mapped[row.id].tables for row in ready}
    told: dict[int, list[Finding]] = defaultdict(list)
    for report in reports_of(hub, hub.procedure(procedure), ready, tables) if ready else ():
        for application, finding in report.findings:
            told[application].append(finding)
    return {row.id: replace(mapped[row.id], findings=(*mapped[row.id].findings, *told[row.id])) for row in rows}
