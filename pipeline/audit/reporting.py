"""The auditors' part of a day's close (監査用の報告): the day's figures are entered, then the site is drawn from what was entered."""

from pathlib import Path

from pipeline.audit.day_figures import enter_day
from pipeline.audit.site import build_audit_site
from pipeline.hub import Hub
from pipeline.steps.close_day import DayClose


def report_to_auditors(hub: Hub, close: DayClose) -> Path:
    """Enter the day's figures and write its pages; returns the site's first page. Done again it changes nothing that did not move."""
    enter_day(hub, close.balance.day, balanced=close.balanced)
    return build_audit_site(hub, close.balance.day)
