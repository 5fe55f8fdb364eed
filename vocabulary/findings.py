"""Findings (指摘): what a step has to say about an application, without any resident's value."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error (エラー) holds, an alert (アラート) needs a clerk's confirmation, info stops nothing."""

    ERROR = "error"
    ALERT = "alert"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One remark with a stable reason code.

    code: a code of ``vocabulary/reasons.csv``. where: item, role, member or record it concerns, never a value.
    rule: the rule's id when a rule made it. detail: fixed technical English for developers, never a resident's value.
    """

    code: str
    where: str = ""
    rule: str = ""
    severity: Severity = Severity.ERROR
    detail: str = ""


class Refused(Exception):  # noqa: N818  it names an outcome of the data, not a defect of the program
    """Outside data was refused for the reason in ``finding``. Carries no input text."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def refuse(code: str, where: str = "", detail: str = "") -> Refused:
    """Build the refusal to raise: ``raise refuse("ZIP_DUPLICATE", "form.pdf")``."""
    return Refused(Finding(code=code, where=where, detail=detail))
