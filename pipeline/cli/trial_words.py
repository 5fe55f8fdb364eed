"""What ``hub try`` shows of a trial: plain values for JSON, lines for people; residents' values masked unless they are asked for."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mappings.layouts import Format
from mappings.records import Loss, Table
from mappings.release import texts
from pipeline.trial import Input, Trial
from vocabulary.findings import Finding
from vocabulary.masking import MASK, mask_numbers
from vocabulary.reasons import reason

NUMBER = "kojinbango"
FILING = frozenset({"uketsukebango", "shujubango", "shujunengappi", "shinseinengappi", "todatsunengappi", "shikuchosonkodo", "tetsuzukiid"})
"""Items about the filing, of which no value says anything about a resident."""

PLACEHOLDERS = "住民情報を見ていないため、宛名番号は仮の番号です。"
NO_CERTIFICATE = {
    True: "署名の形だけを見ました。証明書と署名値は検証していません。",
    False: "署名はありません。",
    None: "申請内容だけのファイルなので、署名は見ていません。",
}


def refusal(procedure: str, file: Path, finding: Finding) -> dict[str, Any]:
    """A file that no application could be read from."""
    return {
        "procedure": procedure,
        "file": str(file),
        "accepted": False,
        "notes": [],
        "findings": [_said("open", finding)],
        "records": {},
        "losses": [],
        "files": [],
    }


def outcome(procedure: str, file: Path, given: Input, trial: Trial, *, formats: Sequence[Format], reveal: bool) -> dict[str, Any]:
    """Records, findings, losses and the bytes of each format."""
    shown = {group: _masked(table, formats[0].persons(group), reveal=reveal) for group, table in trial.tables.items()}
    return {
        "procedure": procedure,
        "file": str(file),
        "accepted": bool(trial.tables),
        "notes": [NO_CERTIFICATE[given.signed], PLACEHOLDERS],
        "findings": [_said(step, finding) for step, finding in trial.findings],
        "records": {group: _rows(table) for group, table in shown.items()},
        "losses": [_loss(name, loss) for name, written in trial.written.items() for loss in written.losses],
        "files": [one for format_ in formats for one in _files(format_, trial, shown)],
    }


def _said(step: str, finding: Finding) -> dict[str, str]:
    words = reason(finding.code)
    return {
        "step": step,
        "code": finding.code,
        "severity": finding.severity.value,
        "where": finding.where,
        "sentence": words.sentence,
        "remedy": words.remedy,
        "detail": finding.detail,
    }


def _masked(table: Table, persons: Sequence[str], *, reveal: bool) -> Table:
    """The table as it may be shown: as wide as it is, so that layouts keep their places."""
    open_items = FILING | set(persons)
    columns = {
        name: [shown_cell(name, value, open_=reveal or name in open_items) for value in column] for name, column in table.columns.items()
    }
    return Table(table.application, table.ordinal, columns)


def shown_cell(name: str, value: str | None, *, open_: bool) -> str | None:
    """The value of an item as it may be shown; a 個人番号 never is. open_: whether other values may be."""
    if value is None:
        return None
    if name.endswith(NUMBER):
        return MASK
    return mask_numbers(value) if open_ else "".join("*" if sign.isascii() or "｡" <= sign <= "ﾟ" else "＊" for sign in value)


def _rows(table: Table) -> list[dict[str, str | None]]:
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*table.columns.values(), strict=True)]


def _loss(name: str, loss: Loss) -> dict[str, Any]:
    return {"format": name, "where": loss.where, "source": loss.source, "target": loss.target, "times": loss.times}


def _files(format_: Format, trial: Trial, shown: Mapping[str, Table]) -> Iterator[dict[str, Any]]:
    """Name and size of each real file, and the text of the same layout over the values that may be shown."""
    real = trial.written.get(format_.id)
    if real is None or not real.files:
        return
    fitting = {group: _with_digits(format_, group, table) for group, table in shown.items()}
    text = texts(format_, fitting, trial.context)
    for file in real.files:
        facts = {"format": format_.id, "name": file.name, "bytes": len(file.data), "records": len(file.spans)}
        yield {**facts, "text": text.get(file.group, "")}


def _with_digits(format_: Format, group: str, table: Table) -> Table:
    """A field padded with zeros takes digits only: nines stand there for what is masked."""
    layout = format_.layouts.get(group)
    numeric = {field.item for field in layout.fields if field.align == "right"} if layout else set()
    columns = dict(table.columns)
    for name in numeric & columns.keys():
        columns[name] = [value and value.replace("*", "9") for value in columns[name]]
    return Table(table.application, table.ordinal, columns)


def words(found: Mapping[str, Any]) -> Iterator[str]:
    """The outcome for people."""
    yield f"{found['procedure']} {found['file']}: {'変換できました' if found['accepted'] else '変換できません'}"
    yield from (f"  ※ {note}" for note in found["notes"])
    yield "指摘: " + ("なし" if not found["findings"] else f"{len(found['findings'])}件")
    for one in found["findings"]:
        yield f"  {one['severity']} {one['code']} [{one['step']}] {one['where']}: {one['sentence']}{one['remedy']}"
    for group, rows in found["records"].items():
        for number, row in enumerate(rows, start=1):
            yield f"レコード {group} {number}"
            yield from (f"  {name} = {value}" for name, value in row.items() if value is not None)
    yield from (f"縮退 {one['format']} {one['where']}: {one['source']} → {one['target']} {one['times']}回" for one in found["losses"])
    for one in found["files"]:
        yield f"ファイル {one['format']} {one['name']}: {one['bytes']}バイト、{one['records']}レコード"
        yield from (f"  {line}" for line in one["text"].splitlines())
