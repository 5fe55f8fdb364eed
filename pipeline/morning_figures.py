"""From the journal and the counterparts to the morning sheet (朝の点検表の元)."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from connectors.certificates import server_certificate_ends
from connectors.connections import HttpConnection, load_connection
from connectors.errors import ConnectorError
from pipeline.alarms import open_alarms
from pipeline.close_details import details_of
from pipeline.daily_duties import Missed
from pipeline.hub import Hub
from pipeline.journal.evidence_tables import day_closes
from pipeline.journal.intake_tables import applications
from pipeline.journal.register_tables import register_loads
from pipeline.journal.server_tables import server_states
from pipeline.pages.morning import Check, MorningReport, SheetTable
from pipeline.pages.words import CHANNELS, day_text, explain, time_text
from pipeline.steps.worklist import TRIED_DAILY
from pipeline.sync.freshness import freshness

ONE_DAY = timedelta(days=1)
AGES = ((1, "前日から"), (5, "2～5日"), (10, "6～10日"))
OLDER = "11日以上"
REGISTERS = {"links": "番号紐付情報", "residents": "住民情報"}


def morning_report(hub: Hub, missed: list[Missed]) -> MorningReport:
    """The sheet as things stand now. missed: closes that are missing."""
    ends = tuple(_certificates(hub))
    held = _held(hub)
    parts = (_registers(hub), _channels(hub), _night(hub), _stops(hub))
    checks = (*_closes(hub, missed), *_troubles(hub), _certificate_check(hub, ends), *(check for part in parts for check in part))
    alarm_rows = [(explain(row.kind).sentence, row.subject, time_text(datetime.fromisoformat(row.first_at))) for row in open_alarms(hub)]
    limits = tuple(ending[:3] for ending in ends)
    tables = (
        SheetTable("開いている警報", ("警報", "対象", "いつから"), tuple(alarm_rows)),
        SheetTable("保留（担当と経過開庁日、件）", ("担当", *(name for _, name in AGES), OLDER), held, figures=len(AGES) + 1),
        SheetTable("証明書と失効情報の期限", ("対象", "期限", "残り"), limits, figures=1),
    )
    return MorningReport(hub.municipality.name, hub.clock.today(), hub.clock.now(), checks, tables)


def _closes(hub: Hub, missed: list[Missed]) -> Iterator[Check]:
    days = [date.fromisoformat(one.day) for one in missed if one.kind == "CLOSE_MISSING"]
    said = f"日締めがない日: {'、'.join(map(day_text, days))}。hub close --date で締めてください"
    newest = select(day_closes).where(day_closes.c.municipality == hub.code).order_by(day_closes.c.day.desc(), day_closes.c.id.desc())
    rows = hub.journal.rows(newest.limit(1))
    if days:
        yield Check("日締め", False, said)
    elif not rows:
        yield Check("日締め", True, "まだ一度も締めていません")
    for row in rows:
        problems = len(json.loads(row.balance)["problems"])
        words = "一致" if row.balanced else f"不一致（{problems}件）。日締めのページを確かめてください"
        yield Check("前回の日締め", bool(row.balanced), f"{day_text(date.fromisoformat(row.day))} {words}")


def _troubles(hub: Hub) -> Iterator[Check]:
    failed = (applications.c.municipality == hub.code) & applications.c.reason.in_(TRIED_DAILY)
    count = int(hub.journal.scalar(select(func.count()).select_from(applications).where(failed)) or 0)
    yield Check("処理の失敗", not count, f"ハブの失敗で止まった申請 {count}件")
    alarms = len(open_alarms(hub))
    yield Check("警報", not alarms, f"開いている警報 {alarms}件" if alarms else "開いている警報はありません")


def _held(hub: Hub) -> tuple[tuple[str, ...], ...]:
    today, ages = hub.clock.today(), Counter[tuple[str, str]]()
    counted = select(applications.c.section, applications.c.disposed_on, func.count().label("held"))
    mine = counted.where(applications.c.municipality == hub.code, applications.c.disposition == "held")
    for row in hub.journal.rows(mine.group_by(applications.c.section, applications.c.disposed_on)):
        days = _open_days(hub, date.fromisoformat(row.disposed_on), today)
        ages[row.section, next((name for most, name in AGES if days <= most), OLDER)] += row.held
    names = (*(name for _, name in AGES), OLDER)
    sections = {section for section, _ in ages}
    return tuple(
        (setting.name, *(str(ages[section, name]) for name in names))
        for section, setting in hub.municipality.sections.items()
        if section in sections
    )


def _open_days(hub: Hub, since: date, today: date) -> int:
    """Opening days after ``since`` until today."""
    return sum(hub.opening.is_open(since + number * ONE_DAY) for number in range(1, (today - since).days + 1))


Ending = tuple[str, str, str, bool]
"""What, until when, days left, and whether that is enough."""


def _certificates(hub: Hub) -> Iterator[Ending]:
    enough = hub.municipality.morning.certificate_days
    for name in dict.fromkeys(_https(hub)):
        try:
            connection = load_connection(hub.root.folder, name)
            if isinstance(connection, HttpConnection):
                yield _ending(hub, f"{name}（サーバー証明書）", server_certificate_ends(connection), enough)
        except ConnectorError:
            yield f"{name}（サーバー証明書）", "確かめられません", "－", False
    for authority, revocations in hub.trust.authorities:
        title = authority.subject.rfc4514_string()
        yield _ending(hub, f"署名用認証局 {title}", authority.not_valid_after_utc, enough)
        if revocations is None:
            yield f"失効情報 {title}", "届いていません", "－", False
        else:
            yield _ending(hub, f"失効情報 {title}", revocations.expires, 0)


def _https(hub: Hub) -> Iterator[str]:
    settings = hub.municipality
    yield settings.portal.connection
    yield settings.notices.connection
    yield from (one.connection for one in (settings.letterbox, settings.copies, settings.exchange) if one)


def _ending(hub: Hub, title: str, ends: datetime, enough: int) -> Ending:
    left = (ends - hub.clock.now()).days
    return title, time_text(ends), f"{left}日", left >= enough


def _certificate_check(hub: Hub, ends: tuple[Ending, ...]) -> Check:
    short = [title for title, _, _, good in ends if not good]
    limit = hub.municipality.morning.certificate_days
    said = f"確かめるもの: {'、'.join(short)}" if short else f"どれも残り{limit}日以上、失効情報は期限内"
    return Check("証明書と失効情報", not short, said)


def _registers(hub: Hub) -> Iterator[Check]:
    limit = hub.municipality.register_office.stale_after_days
    for kind, title in REGISTERS.items():
        newest = select(func.max(register_loads.c.as_of)).where(register_loads.c.municipality == hub.code, register_loads.c.kind == kind)
        stamp = hub.journal.scalar(newest)
        if stamp is None:
            yield Check(title, False, "届いていません")
            continue
        day = date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]))
        yield Check(title, (hub.clock.today() - day).days <= limit, f"{day_text(day)}時点（期限 {limit}日以内）")


def _channels(hub: Hub) -> Iterator[Check]:
    for channel in details_of(hub, hub.clock.today()).channels:
        since = f"、最も古いものは{day_text(date.fromisoformat(channel.oldest))}から" if channel.oldest else ""
        late = channel.oldest != "" and _open_days(hub, date.fromisoformat(channel.oldest), hub.clock.today()) > 1
        yield Check(f"送っていない{CHANNELS[channel.channel]}", not late, f"{channel.open}件{since}")


def _night(hub: Hub) -> Iterator[Check]:
    """Last night's copies, kind by kind."""
    for kind in freshness(hub):
        stopped = "、差分の上限で停止" if kind.stopped and kind.stopped.state == "stopped" else ""
        said = f"最後の受付 {kind.accepted_night or 'なし'}、登録済{kind.accepted}、失敗{kind.failed}、回答待ち{kind.on_the_way}{stopped}"
        yield Check(f"副本 {kind.title}", not (kind.failed or stopped), said)


def _stops(hub: Hub) -> Iterator[Check]:
    """Planned stops of the server; to be looked at are those that begin before the next morning sheet comes."""
    next_sheet = hub.opening.add_open_days(hub.clock.today(), 1)
    for row in hub.journal.rows(select(server_states).where(server_states.c.municipality == hub.code)):
        planned = [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in json.loads(row.stops)]
        ahead = [(start, end) for start, end in planned if end > hub.clock.now()]
        said = "、".join(f"{time_text(start)}から{time_text(end)}まで" for start, end in ahead)
        soon = any(start.date() <= next_sheet for start, _ in ahead)
        yield Check("中間サーバーの計画停止", not soon, said or "予定はありません")
