"""The close as a section signs it (担当課の日締め): the day's report cut down to what is the section's own."""

from collections.abc import Mapping
from dataclasses import replace

from pipeline.pages.close_rows import CloseDetails
from pipeline.pages.report import DayReport


def section_reports(report: DayReport) -> Mapping[str, DayReport]:
    """Section id → its part of the day, of the sections that had something to do or still have."""
    return {section: section_report(report, section) for section in report.sections}


def section_report(report: DayReport, section: str) -> DayReport:
    """Procedures, open applications, files and 収受番号 of one section; what concerns nobody in particular concerns every section."""
    name = report.sections[section]
    deliveries = tuple(replace(row, records=row.shares[section]) for row in report.deliveries if section in row.shares)
    problems = tuple(problem for problem in report.problems if _concerns(report, problem, section))
    procedures = tuple(row for row in report.procedures if row.section == name)
    return replace(
        report,
        procedures=procedures,
        held=tuple(one for one in report.held if one.section == name),
        waiting=tuple(one for one in report.waiting if one.section == name),
        deliveries=deliveries,
        problems=problems,
        balanced=not problems and all(row.counts.balanced and not row.problems for row in procedures),
        missing_evidence=tuple(one for one in report.missing_evidence if _concerns(report, one, section)),
        details=CloseDetails(numbers=tuple(row for row in report.details.numbers if row.section == section)),
    )


def _concerns(report: DayReport, text: str, section: str) -> bool:
    """A sentence about a file concerns the sections of its records, one about 収受番号 the section that it begins with."""
    for row in report.deliveries:
        if row.file_name in text:
            return section in row.shares
    named = [one for one in report.sections if text.startswith(f"{one} ")]
    return not named or section in named
