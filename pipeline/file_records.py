"""A released file opened again (控えの再読): its records against the lineage, canonical records and persons of the journal."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, func, select

from mappings.layouts import Format
from mappings.release import read, subject_of
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import batch_items, obligations
from pipeline.journal.intake_tables import applications, persons
from pipeline.records import load_tables
from vocabulary.findings import Refused

Named = frozenset[str]
"""宛名番号 that one record names."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """The rows of a file's lineage with their 受付番号, in the order of their place."""

    items: Sequence[Row[Any]]

    @property
    def receipts(self) -> Counter[str]:
        """How many records each 受付番号 has in the file."""
        return Counter(item.receipt for item in self.items)

    @property
    def applications(self) -> dict[int, str]:
        """The applications and their 受付番号."""
        return {item.application: item.receipt for item in self.items}


def lineage_of(hub: Hub, batch: int) -> Lineage:
    """What the journal says stands in a file."""
    columns = select(batch_items, applications.c.receipt, applications.c.section)
    joined = columns.join(applications, applications.c.id == batch_items.c.application)
    return Lineage(hub.journal.rows(joined.where(batch_items.c.batch == batch).order_by(batch_items.c.offset)))


def problems_of(hub: Hub, row: Row[Any], data: bytes, lineage: Lineage) -> list[str]:
    """What does not agree, as Japanese sentences that name 受付番号; none when the bytes are what the journal says."""
    format_ = hub.catalogue.formats[row.format]
    try:
        found = [subject_of(format_, record) for record in read(format_, data)]
    except Refused:
        return [*_misplaced(data, lineage)] or ["控えを様式どおりに読めません"]
    counted = list(_miscounted(Counter(receipt for receipt, _ in found), lineage.receipts))
    return counted or [*_exchanged(hub, format_, found, lineage)] or [*_misplaced(data, lineage)]


def _miscounted(found: Counter[str], meant: Counter[str]) -> Iterator[str]:
    for receipt in sorted(meant.keys() | found.keys()):
        there, here = found[receipt], meant[receipt]
        if not here:
            yield f"受付番号 {receipt} の記録{there}件は台帳にありません"
        elif there < here:
            yield f"受付番号 {receipt} の記録が足りません（ファイル{there}件、台帳{here}件）"
        elif there > here:
            yield f"受付番号 {receipt} の記録が重複しています（ファイル{there}件、台帳{here}件）"


def _exchanged(hub: Hub, format_: Format, found: Sequence[tuple[str, Named]], lineage: Lineage) -> Iterator[str]:
    """Records that name somebody else than the application's persons and its canonical records do."""
    people, meant = _people(hub, lineage), _meant(hub, format_, lineage)
    named: dict[str, Counter[Named]] = defaultdict(Counter)
    for receipt, who in found:
        named[receipt][who] += 1
    for application, receipt in lineage.applications.items():
        whom = named[receipt]
        strangers = any(not who or not who <= people.get(application, frozenset()) for who in whom)
        if strangers or (application in meant and whom != meant[application]):
            yield f"受付番号 {receipt} の記録が別の人を指しています"


def _people(hub: Hub, lineage: Lineage) -> Mapping[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    ours = persons.c.application.in_(list(lineage.applications))
    for row in hub.journal.rows(select(persons.c.application, persons.c.atena).where(ours, persons.c.atena.is_not(None))):
        found[row.application].add(row.atena)
    return {application: frozenset(numbers) for application, numbers in found.items()}


def _meant(hub: Hub, format_: Format, lineage: Lineage) -> Mapping[int, Counter[Named]]:
    """Whom the records of each application were mapped with; left out where a replay has mapped it anew since."""
    ids = list(lineage.applications)
    newest = select(obligations.c.application, func.max(obligations.c.generation)).where(obligations.c.application.in_(ids))
    last = {row[0]: row[1] for row in hub.journal.rows(newest.group_by(obligations.c.application))}
    emitted = {item.application: item.generation for item in lineage.items}
    current = [application for application in ids if emitted[application] == last.get(application)]
    found: dict[int, Counter[Named]] = {}
    for application, tables in load_tables(hub, current).items():
        counter = found[application] = Counter[Named]()
        # One application may stand in several files: of each destination those of its groups.
        kinds = {item.record_kind for item in lineage.items if item.application == application}
        for group in kinds & tables.keys():
            columns = [tables[group].columns[name] for name in format_.persons(group)]
            counter.update(frozenset(cell for cell in cells if cell) for cells in zip(*columns, strict=True))
    return found


def _misplaced(data: bytes, lineage: Lineage) -> Iterator[str]:
    wrong = [item.receipt for item in lineage.items if sha256(data[item.offset : item.offset + item.length]).hexdigest() != item.digest]
    for receipt in dict.fromkeys(wrong):
        yield f"受付番号 {receipt} の記録が控えの位置にありません"


def changes_of(sealed: bytes, found: bytes, lineage: Lineage) -> Iterator[str]:
    """Which records of the sealed copy another file of its name has not, or more than once."""
    for receipt, items in _by_receipt(lineage).items():
        chunks = [sealed[item.offset : item.offset + item.length] for item in items]
        more = [found.count(chunk) - sealed.count(chunk) for chunk in chunks]
        if any(difference < 0 for difference in more):
            yield f"受付番号 {receipt} の記録が配信先で控えと異なるか、ありません"
        elif any(difference > 0 for difference in more):
            yield f"受付番号 {receipt} の記録が配信先で重複しています"


def _by_receipt(lineage: Lineage) -> Mapping[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for item in lineage.items:
        found.setdefault(item.receipt, []).append(item)
    return found
