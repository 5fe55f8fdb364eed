"""Words of a campaign's texts (差込項目): what is known of a person at planning, and of the day when the notice is owed."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from mappings.audience import EXPECTED
from mappings.notice_facts import ITEM, Facts
from mappings.notice_kinds import NoticeKind, read_notice_rules
from pipeline.campaigns.people import Candidate
from pipeline.campaigns.rules import declared
from pipeline.hub import Hub
from pipeline.notices.facts import day_words, due_words, office_facts
from vocabulary.eras import era_on

MORE = "・ほか（下の問い合わせ先へ）"


def words_of(kind: NoticeKind, one: Candidate) -> dict[str, str]:
    """The words of one person by source: only those that the text uses."""
    known = {"group": one.group, "period": _period_words(one.period), "vaccines": "\n".join(f"・{word}" for word in one.due)}
    known |= {f"{ITEM}{name}": day_words(value) for name, value in one.record.items()}
    return {source: known[source] for source in kind.sources.values() if source in known}


def _period_words(period: str) -> str:
    """令和8年度 for a year, 令和8年11月 for a month; nothing for once in a life."""
    year, _, month = period.partition("-")
    if not year.isdigit():
        return ""
    day = date(int(year), int(month or 4), 2)
    era = era_on(day)
    number = era.year_of(day) if era else day.year
    return f"{era.name if era else ''}{'元' if number == 1 else number}年{f'{day.month}月' if month else '度'}"


def filled(hub: Hub, kind: NoticeKind, words: Mapping[str, str], slots: Sequence[str]) -> tuple[str, str]:
    """Subject and body for a person. slots: free times in words, for kinds that offer some."""
    facts = read_notice_rules(hub.catalogue.root)[0]
    known = {**office_facts(hub, kind.section), **words, "due_on": due_words(due_on(hub, kind))}
    procedure = kind.audience.source.removeprefix(EXPECTED)
    if procedure in hub.municipality.procedures:
        known["procedure"] = hub.procedure(procedure).title
    known["slots"] = _fitted(facts, "slots", [f"・{one}" for one in slots])
    if "vaccines" in known:
        known["vaccines"] = _fitted(facts, "vaccines", known["vaccines"].split("\n"))
    return kind.fill(known)


def _fitted(facts: Facts, source: str, lines: Sequence[str]) -> str:
    """As many lines as the text was checked for; a last one says that there are more."""
    longest = facts.longest(source)
    kept: list[str] = []
    for place, line in enumerate(lines):
        last = place == len(lines) - 1
        if len("\n".join([*kept, line, *([] if last else [MORE])])) > longest:
            return "\n".join([*kept, MORE])
        kept.append(line)
    return "\n".join(kept)


def due_on(hub: Hub, kind: NoticeKind) -> date:
    """The last day to answer: the end of the filing period (受付期間) that is still open, else so many days from today, an opening day."""
    today = hub.clock.today()
    procedure = kind.audience.source.removeprefix(EXPECTED)
    if procedure in hub.municipality.procedures and (receiving := hub.receiving(procedure)):
        ends = [date.fromisoformat(f"{year}-{receiving.until}") for year in (today.year, today.year + 1)]
        return hub.opening.next_open(next(end for end in ends if end >= today))
    return hub.opening.next_open(today + timedelta(days=declared().answer_days))
