"""Additional items on the 審査票 (追加項目): answers to a municipality's own questions, and what stands in a form that nothing declares."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row

from connectors.package import Package
from mappings.additional import Answer, answers
from mappings.catalogue import mapping_for
from pipeline.filing_day import legal_day
from pipeline.hub import Hub
from pipeline.packages import verified_content
from pipeline.printing.case_sheet import ItemRow

LONGEST = 100
REST = "…（続きは申請書PDF）"


def additional_rows(hub: Hub, row: Row[Any], package: Package) -> Iterator[ItemRow]:
    """A row for each answer, of an application that was mapped."""
    procedure = hub.procedure(row.procedure)
    version = package.manifest.form_version
    mapping = mapping_for(procedure, legal_day(hub, row), form_version=version, municipality=hub.code)
    for answer in answers(procedure, mapping, verified_content(hub, row, package)):
        yield ItemRow(_label(answer), _shown(answer.words))


def _label(answer: Answer) -> str:
    if answer.question is None:
        return f"未登録の追加項目：{answer.title}"
    return f"{answer.of}：{answer.title}" if answer.of else answer.title


def _shown(words: str) -> str:
    return words if len(words) <= LONGEST else words[:LONGEST] + REST
