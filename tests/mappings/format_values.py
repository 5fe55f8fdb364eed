"""What the tests of formats share: values that break careless writers, and records made tables again."""

from collections.abc import Sequence
from datetime import date

from mappings.catalogue import load_catalogue
from mappings.examples import map_example, read_examples
from mappings.layouts import Format
from mappings.records import Context, Record, Table

CATALOGUE = load_catalogue()
GROUP = "ninteiseikyu_jido"
TEXTS = ("shimei", "shimei_kana", "jusho", "tsuzukigara")
CONTEXT = Context(municipality="472018", business="027", procedure="nintei", day=date(2026, 11, 24), sequence=7)
NASTY = [
    *("髙﨑", "𠮷", "葛󠄀", "か゚", "①㈱∵¬", "〜−‖—～－", "ﾊﾝｶｸ", "ヷ", "\ue000", "神", "é", "é"),
    *('a"b,c', '"', '""', ",", "'", ";", "\t", "一\n二", "一\r\n二", "\r", "\x00", "\x0b", "\x1a", "\x7f", "\x85", "\u2028"),
    *("=1+1", "=cmd|' /C calc'!A0", "+81", "-5", "@SUM(A1)", "0001", "1e5", "2026-11-24", "123456789012345678901", "TRUE", "#N/A"),
    *(" 前", "後 ", "　前", "後　", " ", "　", "\u00a0", "\u200b", "\ufeff", "\ufffe", "\uffff", "\U0001fffe", "\ud800"),
    *("<b>", "]]>", "&amp;", "&#10;", "<!--", "_x0041_", "_x000D_", "_x005F_", "1：有", "：", "あ" * 90),
]


def complete() -> Table:
    """The children of the first example of 認定請求: records that every format carries."""
    procedure = CATALOGUE.procedures["jidoteate-nintei"]
    return map_example(procedure, read_examples(procedure)[0], CATALOGUE).tables[GROUP]


def child(**values: str | None) -> Table:
    """One complete child record of application 5 with some values changed."""
    table = complete()
    columns = {name: [values.get(name, column[0])] for name, column in table.columns.items()}
    return Table([5], [1], columns)


def tables_again(format_: Format, records: Sequence[Record]) -> dict[str, Table]:
    """Tables of records that were read back, numbered by their 受付番号."""
    numbers: dict[str | None, int] = {}
    tables: dict[str, Table] = {}
    for record in records:
        columns = format_.columns[record.kind]
        table = tables.setdefault(record.kind, Table([], [], {name: [] for name in columns}))
        number = numbers.setdefault(record.fields[format_.spec.subject.application], len(numbers) + 1)
        table.application.append(number)
        table.ordinal.append(table.application.count(number))
        for name in columns:
            table.columns[name].append(record.fields[name])
    return tables
