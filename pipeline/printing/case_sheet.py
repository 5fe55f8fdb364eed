"""What a 審査票 shows: one page from which a clerk sees who applied for what, what does not agree and what is still to come."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pipeline.printing.sheets import PageFull, render
from vocabulary.dates import to_wareki
from vocabulary.reasons import reason

LEVELS: Final = 10
"""How many levels of smallness ``templates/case_sheet.typ`` has."""

LINES: Final = (28, 33, 38)
"""Lines of rows that the first levels hold, about; the level after them still leaves nothing out."""

CHARACTERS: Final = 11
"""What a column of compared values takes in a line, about."""


class Agreement(StrEnum):
    """How the three sources of a value agree, as the mark that is printed."""

    SAME = "一致"
    VARIANT = "異体字"
    WRITTEN = "表記違い"
    BUILDING = "方書違い"
    DIFFERENT = "不一致"
    UNKNOWN = "照合不可"


class DocumentState(StrEnum):
    """Where a document stands in the ledger of documents (提出物台帳)."""

    ELECTRONIC = "電子"
    BY_POST = "郵送待ち"
    AT_COUNTER = "来所待ち"
    RECEIVED = "受領"
    EXEMPT = "免除"


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One item as the form, the certificate and the register have it; "" where a source has none. role: whose it is."""

    role: str
    item: str
    form: str
    certificate: str
    register: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a role. birth: as read, in 和暦. atenabango: "" while unknown. number_check: 番号確認's result, never the number."""

    role: str
    name: str
    kana: str
    birth: str
    atenabango: str
    number_check: str
    protected: bool = False


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One of the values that decide the case, such as 請求事由, with its label."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding. code: of ``vocabulary/reasons.csv``, whose sentence and remedy are printed. where: the item or role, in Japanese."""

    code: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What a rule noticed that stops nothing (参考). says: what the rule demands, in Japanese. where: as in ``FindingRow``."""

    rule: str
    says: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document owed or received. note: such as the day it came."""

    title: str
    state: DocumentState
    note: str = ""


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """A 審査票. signature: result of verification in words. start_month: proposed 支給開始月 or 利用開始月, "" where there is none.

    filed_on: 申請日; intake_on: 収受日. items: the values that decide.
    results: what a clerk may tick. Nothing here may be a 個人番号.
    """

    municipality: str
    section: str
    procedure: str
    kind: str
    receipt: str
    intake_number: str
    intake_on: date
    filed_on: date
    signature: str
    people: tuple[PersonRow, ...]
    comparisons: tuple[ComparisonRow, ...]
    items: tuple[ItemRow, ...]
    findings: tuple[FindingRow, ...]
    documents: tuple[DocumentRow, ...]
    results: tuple[str, ...]
    start_month: str = ""
    reasoning: tuple[str, ...] = ()
    notes: tuple[NoteRow, ...] = ()

    def data(self) -> dict[str, object]:
        """What the template reads: dates in 和暦, findings with sentence and remedy. Raises KeyError for an unknown reason code."""
        fields = asdict(self)
        fields["intake_on"], fields["filed_on"] = to_wareki(self.intake_on), to_wareki(self.filed_on)
        fields["findings"] = [_explain(finding) for finding in self.findings]
        fields["restricted"] = any(person.protected for person in self.people)
        return fields

    def pdf(self) -> bytes:
        """The sheet as one A4 page, at the first level of smallness that holds it all. Raises GlyphMissing or SheetError."""
        data = self.data()
        for level in range(self._likely_level(), LEVELS):
            try:
                return render("case_sheet", {**data, "level": level})
            except PageFull:
                continue
        raise PageFull("a 審査票 needs more than its page")

    def _likely_level(self) -> int:
        """The level to begin with, by the lines that the rows will take about; each try costs as much as a sheet."""
        lines = len(self.people) + sum(_lines(row) for row in self.comparisons) + len(self.items) / 2
        lines += 2 * len(self.findings) + len(self.documents) + len(self.reasoning) + len(self.notes)
        return next((level for level, most in enumerate(LINES) if lines <= most), len(LINES))


def _lines(row: ComparisonRow) -> int:
    return 1 + max(len(row.form), len(row.certificate), len(row.register)) // CHARACTERS


def _explain(finding: FindingRow) -> Mapping[str, str]:
    known = reason(finding.code)
    return {"code": finding.code, "where": finding.where, "sentence": known.sentence, "remedy": known.remedy}
