"""A trace in words for a terminal (来歴の表示): one line for each fact, in the order in which a person asks."""

from collections.abc import Iterator
from typing import Any, Final

from pipeline.audit.trails import DISPOSITIONS, OUTCOMES
from pipeline.lineage import Facts
from pipeline.pages.words import ACTS, SEVERITIES, STAGES

TITLES: Final = {
    "file": "ファイル",
    "record": "記録",
    "application": "申請",
    "versions": "版",
    "steps": "工程",
    "findings": "指摘",
    "suites": "検査の実行",
    "files": "配信",
    "acts": "職員の行為",
    "answers": "決定・処理状況・お知らせ",
    "replays": "再出力",
    "related": "差替え・補正",
    "log": "証跡",
}


def lines_of(trace: Facts) -> Iterator[str]:
    """The lines of a trace or of an origin; a section that holds nothing is left out."""
    for name, facts in trace.items():
        lines = list(_WORDS[name](facts))
        if lines:
            yield f"【{TITLES[name]}】"
            yield from (f"  {line}" for line in lines)


def _application(facts: Facts) -> Iterator[str]:
    number = f"{facts['filing_year']}年度 第{facts['filing_number']}号（{facts['filed_on']}）"
    yield f"受付番号 {facts['receipt']}（第{facts['version']}版） {facts['procedure']} 担当 {facts['section']} 収受 {number}"
    yield _joined("今の状態", DISPOSITIONS[facts["disposition"]], facts["reason"], f"{facts['disposed_on']}から")
    yield f"申請データ {facts['package']['size']:,}バイト SHA-256 {facts['package']['digest']}"
    yield from (f"{one['kind']} {one['document']} {one['size']:,}バイト SHA-256 {one['digest']}" for one in facts["parts"])
    yield from (f"関係者 {one['role']}.{one['ordinal']} 特定 {one['method']} 番号確認 {one['number_check']}" for one in facts["persons"])
    yield from (f"提出物 {one['document']} {one['way']} {one['state']}" for one in facts["documents"])


def _versions(facts: Facts) -> Iterator[str]:
    mapping = facts["mapping"] or {"file": "―", "digest": "―"}
    yield f"様式 {facts['form'] or '―'} 様式定義 {facts['forms'] or '―'}"
    yield f"対応表 {mapping['file']} SHA-256 {mapping['digest']} 定義全体 {facts['specifications'] or '―'}"


def _steps(found: list[Facts]) -> Iterator[str]:
    for one in found:
        name, outcome = STAGES.get(one["step"], one["step"]), OUTCOMES[one["outcome"]]
        yield f"{_time(one['at'])} {name} {outcome} {one['attempt']}回目 入力 {one['inputs']}"


def _findings(found: list[Facts]) -> Iterator[str]:
    for one in found:
        released = f"行為{one['released_by']}で解除" if one["released_by"] else ""
        severity = SEVERITIES.get(one["severity"], one["severity"])
        yield _joined(STAGES.get(one["step"], one["step"]), one["code"], one["rule"], one["place"], severity, released)


def _suites(found: list[Facts]) -> Iterator[str]:
    for one in found:
        failed = sum(check["failed"] for check in one["checks"])
        checks = f"検査{len(one['checks'])}種 通らなかった行{failed:,}"
        yield f"{_time(one['at'])} 実行{one['run']}番 {one['suite']} 定義の版 {one['version']} {one['rows']:,}行 {checks}"


def _files(found: list[Facts]) -> Iterator[str]:
    for one in found:
        yield from _file(one)
        yield from (_record(place) for place in one["places"])


def _file(one: Facts) -> Iterator[str]:
    yield f"{one['destination']}/{one['name']} 様式 {one['format']} {one['records']:,}件 {one['size']:,}バイト SHA-256 {one['digest']}"
    sent, answer = one["delivery"], one["receipt"]
    yield f"{_time(sent['at'])} 配信 証拠 {sent['evidence']} SHA-256 {sent['digest']}" if sent else "まだ配信していません"
    if answer:
        yield f"{_time(answer['at'])} 受領書 {answer['name']} {answer['result']} {answer['records']:,}件 SHA-256 {answer['digest']}"
    yield from (f"証跡{leaf['leaf']}番 {leaf['data']}" for leaf in one.get("log", []))


def _record(one: Facts) -> str:
    place = f"{one['offset']}バイト目から{one['length']}バイト SHA-256 {one['digest']}"
    return f"{one['row'] or '―'}件目 {one['record_kind']}.{one['ordinal']} 第{one['generation']}世代 {place}"


def _acts(found: list[Facts]) -> Iterator[str]:
    for one in found:
        second = f"{one['second_of']}番の二人目" if one["second_of"] else "承認待ち" if one["state"] == "asked" else ""
        who = f"{one['actor']}（{'、'.join(one['roles']) or '登録なし'}）"
        yield _joined(_time(one["at"]), f"{one['act']}番", ACTS.get(one["kind"], one["kind"]), one["subject"], who, second)


def _answers(found: Facts) -> Iterator[str]:
    for one in found["decisions"]:
        yield f"{one['decided_on']} 決定 {one['outcome']} 決裁番号 {one['decision_number']} 根拠 {one['source']}"
    for one in found["statuses"]:
        yield f"{_time(one['sent_at'] or one['owed_at'])} 処理状況 {one['status']} {one['state']}"
    for one in found["notices"]:
        yield _joined(_time(one["sent_at"] or one["owed_at"]), "お知らせ", one["kind"], one["channel"], one["state"], one["code"])
    for one in found["openings"]:
        yield f"{_time(one['opened_at'])} 開封 {one['kind']}"
    for one in found["corrections"]:
        yield f"{one['requested_on']} 補正 {one['due_on']}まで {one['state']}"


def _replays(found: list[Facts]) -> Iterator[str]:
    yield from (f"{_time(one['at'])} {one['replay']}番 {one['destination']} 第{one['generation']}世代 {one['actor']}" for one in found)


def _related(found: list[Facts]) -> Iterator[str]:
    yield from (f"{one['how']} {one['receipt']}" for one in found)


def _log(found: list[Facts]) -> Iterator[str]:
    yield from (f"{_time(one['at'])} {one['leaf']}番 {one['event']}" for one in found)


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _time(text: str) -> str:
    return text[:19].replace("T", " ")


_WORDS: Final[dict[str, Any]] = {
    "file": _file,
    "record": lambda one: [_record(one)],
    "application": _application,
    "versions": _versions,
    "steps": _steps,
    "findings": _findings,
    "suites": _suites,
    "files": _files,
    "acts": _acts,
    "answers": _answers,
    "replays": _replays,
    "related": _related,
    "log": _log,
}
