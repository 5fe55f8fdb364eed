"""``hub diff``: what a mapping change alters over stored applications before it is switched on."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from pipeline.cli.group import RED
from pipeline.cli.options import chosen_municipality, clock_of_command, municipality_option, root_option
from pipeline.cli.trial_words import FILING, shown_cell
from pipeline.comparisons import Changes, Sides, compare_examples, compare_stored, count_stored, only_on_one_side, reading
from pipeline.errors import SettingError
from pipeline.hub import open_hub
from pipeline.mapping_changes import Alteration, ProcedureChange
from pipeline.places import Root, root_from_environment, specifications_folder
from pipeline.staff import require
from vocabulary.reasons import reason


@click.command()
@click.argument("folders", nargs=-1, required=True, metavar="[OLD] NEW", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--procedure", default="", help="Only this procedure.")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@click.option("--reveal", is_flag=True, help="Show values; 個人番号 stay masked. Of stored applications only to an --actor.")
@click.option("--actor", default="", help="Id of the IT desk that looks at values of stored applications; it is written down.")
@municipality_option
@root_option
def diff(
    folders: tuple[Path, ...], procedure: str, *, as_json: bool, reveal: bool, actor: str, code: str | None, root_folder: Path | None
) -> None:
    """Map stored applications with two sets of specifications and say what differs (影響の確認); nothing is written.

    OLD, NEW: folders like mappings/; OLD is the one in use unless given. Without a root the examples are compared. Exit 1 when something
    that could leave today no longer could. Example: hub diff ../next/mappings --procedure hoiku-riyo
    """
    if len(folders) > 2:
        raise SettingError(f"{len(folders)} folders are given", "give NEW, or OLD and NEW")
    sides = _sides(folders)
    _check_procedure(sides, procedure)
    root = root_from_environment(root_folder)
    stored = (root.folder / "keys").is_dir()
    if stored and reveal:
        _admit(root, chosen_municipality(code), actor, procedure)
    changes = _over_journal(root, code, sides, procedure) if stored else compare_examples(sides, procedure)
    found = _data(changes, sides, reveal=reveal)
    found = {"over": "applications" if stored else "examples", **found}
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for line in _words(found):
            click.echo(line)
    if any(change.stopped.records for change in changes.values()):
        sys.exit(RED)


def _sides(folders: tuple[Path, ...]) -> Sides:
    from mappings.catalogue import load_catalogue

    old, new = folders if len(folders) == 2 else (specifications_folder(), folders[0])
    for folder in (old, new):
        if not (folder / "procedures").is_dir():
            raise SettingError(f"{folder} holds no specifications (it has no procedures)", "name a folder like mappings/")
    return Sides(load_catalogue(old), load_catalogue(new))


def _check_procedure(sides: Sides, procedure: str) -> None:
    from mappings.specification import nearest

    if procedure and not sides.both(procedure):
        known = filter(sides.both, sides.old.procedures)
        raise SettingError(f"--procedure: not both folders have {procedure}", f"both have: {nearest(procedure, known)}")


def _admit(root: Root, code: str, actor: str, procedure: str) -> None:
    """Write down who is about to see values of stored applications. Raises SettingError for whoever is no IT desk."""
    if not actor:
        raise SettingError(
            "--reveal shows values of stored applications and asks who looks", "name an IT desk with --actor, or leave out --reveal"
        )
    with open_hub(root, code, clock_of_command()) as hub:
        require(hub, actor, "it")
        with hub.journal.write() as write:
            write.leaf("comparison_revealed", municipality=hub.code, actor=actor, procedure=procedure)


def _over_journal(root: Root, code: str | None, sides: Sides, procedure: str) -> Changes:
    with reading(root, chosen_municipality(code), clock_of_command(), sides) as hubs:
        length = count_stored(hubs[0], sides, procedure)
        with click.progressbar(length=length, label="影響の確認", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            return compare_stored(hubs, sides, procedure, ended=bar.update)


def _data(changes: Changes, sides: Sides, *, reveal: bool) -> dict[str, Any]:
    return {
        "only_on_one_side": dict(only_on_one_side(sides)),
        "procedures": {name: _procedure(change, reveal=reveal) for name, change in sorted(changes.items())},
    }


def _procedure(change: ProcedureChange, *, reveal: bool) -> dict[str, Any]:
    return {
        "applications": change.applications,
        "unchanged": change.unchanged,
        "items": [_item(*key, one, reveal=reveal) for key, one in sorted(change.items.items())],
        "appear": [{"group": group, **_counts(one)} for group, one in sorted(change.appear.items())],
        "vanish": [{"group": group, **_counts(one)} for group, one in sorted(change.vanish.items())],
        "new_findings": [{"code": code, "where": where, **_counts(one)} for (code, where), one in sorted(change.findings.items())],
        "gone_findings": [{"code": code, "where": where, **_counts(one)} for (code, where), one in sorted(change.gone.items())],
        "stopped": [{"receipt": receipt, "code": after} for receipt, (_, after) in change.stopped.receipts.items()],
        "stopped_count": change.stopped.records,
        "freed": [{"receipt": receipt, "code": before} for receipt, (before, _) in change.freed.receipts.items()],
        "freed_count": change.freed.records,
    }


def _counts(one: Alteration) -> dict[str, Any]:
    return {"records": one.records, "receipts": list(one.receipts)}


def _item(group: str, name: str, one: Alteration, *, reveal: bool) -> dict[str, Any]:
    open_ = reveal or name in FILING
    samples = [
        {"receipt": receipt, "old": shown_cell(name, before, open_=open_), "new": shown_cell(name, after, open_=open_)}
        for receipt, (before, after) in one.receipts.items()
    ]
    return {"group": group, "item": name, "records": one.records, "samples": samples}


def _words(found: Mapping[str, Any]) -> Iterator[str]:
    what = "保管した申請" if found["over"] == "applications" else "記入例（作業フォルダがないため）"
    yield f"{what}を新旧の定義で変換し比べました。"
    for name, side in found["only_on_one_side"].items():
        yield f"{name}: {'新しい' if side == 'new' else '古い'}定義だけにある手続です"
    for name, one in found["procedures"].items():
        yield f"{name}: 申請 {one['applications']}件、変わらないもの {one['unchanged']}件"
        yield from _changes(one)


def _changes(one: Mapping[str, Any]) -> Iterator[str]:
    for item in one["items"]:
        yield f"  変わる {item['group']}.{item['item']}: {item['records']}レコード"
        yield from (f"    {sample['receipt']}: {_shown(sample['old'])} → {_shown(sample['new'])}" for sample in item["samples"])
    for key, word in (("appear", "増える"), ("vanish", "無くなる")):
        yield from (f"  {word} {entry['group']}: {entry['records']}レコード（{_some(entry)}）" for entry in one[key])
    for key, word in (("new_findings", "新しい指摘"), ("gone_findings", "無くなる指摘")):
        yield from (f"  {word} {entry['code']} {entry['where']}: {entry['records']}件（{_some(entry)}）" for entry in one[key])
    for key, word in (("stopped", "今は渡せるが、新しい定義では保留になる"), ("freed", "今は保留だが、新しい定義では渡せる")):
        if one[f"{key}_count"]:
            yield f"  {word}: {one[f'{key}_count']}件"
            yield from (f"    {entry['receipt']} {entry['code']} {reason(entry['code']).sentence}" for entry in one[key])


def _some(entry: Mapping[str, Any]) -> str:
    more = "ほか" if entry["records"] > len(entry["receipts"]) else ""
    return "、".join(entry["receipts"]) + more


def _shown(value: str | None) -> str:
    return "（空）" if value is None else value
