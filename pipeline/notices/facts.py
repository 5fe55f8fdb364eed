"""What is known for a notice's text (差込項目の値): of the case and its decision; days in 和暦 words, no resident's value."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row

from pipeline.hub import Hub
from vocabulary.dates import read_date, to_wareki

WEEKDAYS = "月火水木金土日"
LETTERS = {"post": "別に郵送します", "counter": "窓口でお渡しします", "none": "お送りしません", "notice": "このお知らせです"}
"""How the 通知書 reaches the resident, by the decision record's word."""
NO_NUMBER = "番号なし"


def day_words(text: str) -> str:
    """A day as a resident reads it: 令和8年11月24日; a text that is no day is left as it is."""
    read = read_date(text)
    return text if read is None else to_wareki(read)


def due_words(day: date) -> str:
    """A last day as a resident reads it: 令和8年12月8日（火）."""
    return f"{to_wareki(day)}（{WEEKDAYS[day.weekday()]}）"


def office_facts(hub: Hub, section: str) -> dict[str, str]:
    """The facts that every notice may use. section: id of a section of the municipality. Raises KeyError."""
    setting = hub.municipality.sections[section]
    return {"municipality": hub.municipality.name, "section": f"{setting.name}（{setting.phone}）"}


def facts_of(hub: Hub, application: Row[Any]) -> dict[str, str]:
    """The facts of a case: office, procedure, receipt number, day of arrival."""
    title = hub.procedure(application.procedure).title
    case = {"procedure": title, "receipt": application.receipt, "received_on": day_words(application.filed_on), "portal_procedure": title}
    return office_facts(hub, application.section) | case


def decision_facts(values: Mapping[str, Any], grounds: str) -> dict[str, str]:
    """The facts of a decision record. values: as the journal has them; grounds: the reasons as the section wrote them, may be empty."""
    return {
        "decided_on": day_words(values["decided_on"]),
        "decision_number": values["decision_number"],
        "document_number": values["document_number"] or NO_NUMBER,
        "letter": LETTERS[values["letter"]],
        "reason": grounds,
    }
