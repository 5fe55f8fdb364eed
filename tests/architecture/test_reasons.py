"""Reason codes: what the code says, the data file explains, and the data file explains nothing that nobody says."""

import ast
import re
from pathlib import Path

import pytest

from vocabulary.reasons import reasons

CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
EFFECTS = {"hold", "wait", "note", "refuse"}
RELEASES = {"two", "one", "no"}


def _codes_raised(path: Path) -> set[str]:
    """String literals that stand where a reason code is expected: refuse("…"), Finding("…"), code="…"."""
    found = set()
    for call in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        values = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
        if name in {"refuse", "Finding", "reason"} and call.args:
            values.append(call.args[0])
        found |= {value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)}
    return {text for text in found if CODE.fullmatch(text)}


def _alarms_raised(path: Path) -> set[str]:
    """Kinds of ``raise_alarm(kind=…)``: a literal, a constant of the module, or one of the values of a table of the module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned = [(node.targets[0], node.value) for node in tree.body if isinstance(node, ast.Assign)]
    constants = {target.id: value for target, value in assigned if isinstance(target, ast.Name)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    keywords = [keyword for call in calls if getattr(call.func, "id", "") == "raise_alarm" for keyword in call.keywords]
    kinds = [_table_or_value(keyword.value, constants) for keyword in keywords if keyword.arg == "kind"]
    return {text for kind in kinds for text in _texts(kind)}


def _table_or_value(kind: ast.expr, constants: dict[str, ast.expr]) -> ast.expr:
    named = kind.value if isinstance(kind, ast.Subscript) else kind
    return constants.get(named.id, kind) if isinstance(named, ast.Name) else kind


def _texts(value: ast.expr) -> set[str]:
    values = value.values if isinstance(value, ast.Dict) else [value]
    return {one.value for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def _operations(root: Path, chapter: str) -> str:
    """The text of a chapter of the runbook."""
    return (root / "docs/operations.md").read_text(encoding="utf-8").partition(f"## {chapter}\n")[2].partition("\n## ")[0]


@pytest.fixture(scope="module")
def hub(product: list[Path], root: Path) -> list[Path]:
    """The hub without its stand-ins, whose protocols have codes of their own."""
    return [path for path in product if path.relative_to(root).parts[0] != "sandbox"]


def test_every_code_that_is_raised_has_a_sentence_and_a_remedy(hub: list[Path], root: Path) -> None:
    unknown = {path.relative_to(root).as_posix(): sorted(codes) for path in hub if (codes := _codes_raised(path) - set(reasons()))}
    assert unknown == {}


def test_every_code_of_the_data_file_is_used(hub: list[Path], files: list[Path]) -> None:
    specs = [path for path in files if path.suffix == ".yaml"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*hub, *specs])
    used = set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", text))
    assert sorted(set(reasons()) - used) == []


def test_every_reason_names_a_known_effect() -> None:
    assert {reason.code: reason.effect for reason in reasons().values() if reason.effect not in EFFECTS} == {}


def test_every_reason_says_how_many_people_release_it() -> None:
    assert {reason.code: reason.release for reason in reasons().values() if reason.release not in RELEASES} == {}


def test_nobody_passes_over_an_open_package_a_signature_a_gate_or_broken_evidence() -> None:
    closed = {"pull", "open", "verify", "map", "release", "deliver", "pipeline"}
    assert [reason.code for reason in reasons().values() if reason.stage in closed and reason.release != "no"] == []


def test_sentences_for_clerks_are_japanese_and_end_as_sentences() -> None:
    for reason in reasons().values():
        for text in (reason.sentence, reason.remedy):
            assert text.endswith("。"), f"{reason.code}: {text}"
            assert re.search(r"[ぁ-ん]", text), f"{reason.code}: {text}"


def test_every_alarm_has_a_runbook_and_every_runbook_an_alarm(hub: list[Path], root: Path) -> None:
    raised = {kind for path in hub for kind in _alarms_raised(path)}
    assert set(re.findall(r"^\| `([A-Z_]+)`", _operations(root, "Alarms"), re.MULTILINE)) == raised


def test_every_reason_belongs_to_a_class_of_the_runbook(root: Path) -> None:
    chapter = _operations(root, "What holds applications, by class of reason")
    classes = [name.removesuffix("…") for name in re.findall(r"`([A-Z_]+…?)`", chapter)]
    holding = [reason.code for reason in reasons().values() if reason.effect in {"hold", "wait"} and reason.stage != "check"]
    assert [code for code in holding if not code.startswith(tuple(classes))] == []
