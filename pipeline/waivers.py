"""Waivers (解除された指摘): what people released stops nothing any more, and stays visible as released."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from pipeline.hub import Hub
from pipeline.journal.act_tables import acts, waivers
from pipeline.journal.intake_tables import applications
from vocabulary.findings import Finding, Severity

RELEASED = "released by act"
"""How the detail of a finding begins that people released."""


def waived(hub: Hub, row: Row[Any], found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of a step, those that people released for this application as remarks that stop nothing."""
    by = acts_by_finding(hub, row.id) if found else {}
    return tuple(_released(finding, by.get((finding.code, finding.rule, finding.where[:200]))) for finding in found)


def acts_by_finding(hub: Hub, application: int) -> dict[tuple[str, str, str], int]:
    """Code, rule and place of each released finding, with the act that released it."""
    of_it = select(waivers).where(waivers.c.application == application)
    return {(one.code, one.rule, one.place): one.act for one in hub.journal.rows(of_it)}


def _released(finding: Finding, act: int | None) -> Finding:
    return finding if act is None else replace(finding, severity=Severity.INFO, detail=f"{RELEASED} {act}")


def last_acts(hub: Hub, standing: ColumnElement[bool]) -> dict[int, int]:
    """The last act that was done on each application of a condition: part of the inputs of its steps."""
    done = select(acts.c.application, func.max(acts.c.id)).join(applications, applications.c.id == acts.c.application)
    return {row[0]: row[1] for row in hub.journal.rows(done.where(standing, acts.c.state == "done").group_by(acts.c.application))}
