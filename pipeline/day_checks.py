"""What must agree in the journal on a day (日締めの突合): rows against rows and against the log, each fault named."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import exists, select

from pipeline.balance import Balance
from pipeline.filing_numbers import leaves_of, number_problems
from pipeline.hub import Hub
from pipeline.journal.delivery_tables import LAST_GENERATION, batch_items, batches, obligations
from pipeline.journal.intake_tables import applications, listings


def journal_problems(hub: Hub, balance: Balance) -> list[str]:
    """All faults of a day as Japanese sentences that name procedure, 受付番号, 収受番号 or file."""
    return [
        *_unproven(hub, balance.day),
        *_unpaired(hub, balance.day),
        *_unlogged(hub, balance.day),
        *number_problems(hub, balance.day),
        *_unequal(balance),
    ]


def _unequal(balance: Balance) -> Iterator[str]:
    for name, counts in balance.procedures.items():
        if counts.listed != counts.listed_accounted:
            yield f"{name}: 一覧{counts.listed}件に対し、内訳は{counts.listed_accounted}件です"
        if counts.day_in != counts.day_out:
            yield f"{name}: 繰越と収受{counts.day_in}件に対し、行き先は{counts.day_out}件です"
    if not balance.life_holds:
        yield "台帳全体で、取得済みの一覧の数と申請の数が合いません"


def _unproven(hub: Hub, day: date) -> Iterator[str]:
    """A delivered application whose destinations are not all proven, or that stands in none of their files, breaks promise P12."""
    proven = select(obligations.c.application).where(obligations.c.state != "delivered", LAST_GENERATION)
    said = (applications.c.municipality == hub.code) & (applications.c.disposition == "delivered")
    for row in hub.journal.rows(select(applications.c.receipt).where(said, applications.c.id.in_(proven))):
        yield f"受付番号 {row.receipt}: 配信済みですが、証跡のない配信先があります"
    same = [batch_items.c[key] == obligations.c[key] for key in ("application", "destination", "generation")]
    fileless = (obligations.c.state == "delivered") & ~exists().where(*same)
    joined = select(applications.c.receipt, obligations.c.destination).join(obligations, obligations.c.application == applications.c.id)
    for row in hub.journal.rows(joined.where(said, applications.c.disposed_on == day.isoformat(), fileless)):
        yield f"受付番号 {row.receipt}: {row.destination} に配信済みですが、どのファイルにも記録がありません"


def _unpaired(hub: Hub, day: date) -> Iterator[str]:
    """What is stored stands twice in the journal, as a row of the portal's list and as an application, and on one day."""
    ours = (listings.c.municipality == hub.code) & (listings.c.state == "stored")
    lost = select(listings.c.receipt).where(ours, ~exists().where(applications.c.listing == listings.c.id))
    for row in hub.journal.rows(lost):
        yield f"受付番号 {row.receipt}: 取得済みですが、申請の記録がありません"
    unlisted = (applications.c.municipality == hub.code) & ~exists().where(listings.c.id == applications.c.listing)
    for row in hub.journal.rows(select(applications.c.receipt).where(unlisted)):
        yield f"受付番号 {row.receipt}: 申請の記録はありますが、一覧の記録がありません"
    text = day.isoformat()
    joined = select(applications.c.receipt, applications.c.department_at, listings.c.resolved_on)
    pairs = joined.join(listings, listings.c.id == applications.c.listing).where(applications.c.municipality == hub.code)
    that_day = applications.c.department_at.between(f"{text}T", f"{text}U") | (listings.c.resolved_on == text)
    for row in hub.journal.rows(pairs.where(that_day)):
        if row.department_at[:10] != row.resolved_on:
            yield f"受付番号 {row.receipt}: 一覧の取得日（{row.resolved_on}）と収受の日が異なります"


def _unlogged(hub: Hub, day: date) -> Iterator[str]:
    """Every file that the log saw released on the day is still a row, of the same bytes and as many records."""
    rows = hub.journal.rows(select(batches).where(batches.c.municipality == hub.code, batches.c.day == day.isoformat()))
    known = {row.id: row for row in rows}
    for leaf in leaves_of(hub, day, "file_released"):
        place, row = f"{leaf['destination']}/{leaf['name']}", known.get(leaf["batch"])
        if row is None:
            yield f"{place}: 出力した記録がありますが、台帳にありません"
        elif (row.name, row.digest, row.records) != (leaf["name"], leaf["digest"], leaf["records"]):
            yield f"{place}: 台帳の名前・ハッシュ値・件数が、出力したときの記録（{leaf['records']}件）と異なります"
