"""Documents keep up with the code: commands, variables, settings, files that are named, decisions."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipeline.settings import Municipality

EXIT_CODES = {"0", "1", "2", "3"}
VARIABLE = re.compile(r"\bHUB_[A-Z_]*[A-Z]\b")
PAGES = ["README.md", "README.ja.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    """Every command by its full name, groups included."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None, name
            yield from _commands(child, (*path, name))


@pytest.fixture(scope="module")
def commands() -> dict[str, click.Command]:
    """What can be run: every command that is no group."""
    from pipeline.cli import main

    return {name: command for name, command in _commands(main, ("hub",)) if not isinstance(command, click.Group)}


def _documents(root: Path) -> list[Path]:
    return [*(root / name for name in PAGES), *sorted((root / "docs").rglob("*.md"))]


@pytest.fixture(scope="module")
def table(root: Path) -> dict[str, set[str]]:
    """Command → exit codes, as the table of docs/commands.md says."""
    rows = re.findall(r"^\| `(hub [a-z -]+)` \| .+ \| ([0-9 ]+) \|$", _read(root / "docs/commands.md"), re.MULTILINE)
    return {name: set(codes.split()) for name, codes in rows}


def test_every_command_stands_in_the_table_and_no_other(table: dict[str, set[str]], commands: dict[str, click.Command]) -> None:
    assert sorted(table) == sorted(commands)


def test_every_command_names_its_exit_codes(table: dict[str, set[str]]) -> None:
    for name, codes in table.items():
        assert {"0", "2"} <= codes <= EXIT_CODES, name


def test_every_option_is_described(root: Path, commands: dict[str, click.Command]) -> None:
    described = set(re.findall(r"--[a-z-]+", _read(root / "docs/commands.md")))
    for name, command in commands.items():
        options = {spelling for parameter in command.params if isinstance(parameter, click.Option) for spelling in parameter.opts}
        assert {spelling for spelling in options if spelling.startswith("--")} <= described, name


def test_every_command_has_help_with_an_example(commands: dict[str, click.Command]) -> None:
    for name, command in commands.items():
        assert f"Example: {name} " in f"{command.help} ", name


def test_every_environment_variable_is_documented_and_every_documented_one_exists(root: Path, product: list[Path]) -> None:
    read = {name for path in product for name in VARIABLE.findall(_read(path))}
    documented = set(re.findall(r"^\| `(HUB_[A-Z_]+)`", _read(root / "docs/configuration.md"), re.MULTILINE))
    assert documented == read


def test_every_key_of_a_municipality_file_is_explained(root: Path) -> None:
    text = _read(root / "docs/adding-a-municipality.md")
    schema = Municipality.model_json_schema(by_alias=True)
    keys = set(schema["properties"])
    for model in schema["$defs"].values():
        keys |= set(model.get("properties", {})) - {"start", "end"}
    assert sorted(key for key in keys if not re.search(rf"`(?:[\w.<>]+\.)?{key}[`.]", text)) == []


def test_links_between_documents_lead_somewhere(root: Path) -> None:
    for page in _documents(root):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", _read(page)):
            assert (page.parent / target).exists(), f"{page.relative_to(root)} links to {target}"


def test_files_that_documents_name_exist(root: Path) -> None:
    rooms = r"(?:connectors|dags|docs|mappings|municipalities|pipeline|sandbox|sql|tests|validation|vocabulary)"
    for page in _documents(root):
        for name in re.findall(rf"`({rooms}/[\w./-]*)`", _read(page)):
            assert (root / name).exists(), f"{page.relative_to(root)} names {name}"


def test_both_readmes_promise_the_same_with_the_same_proofs(root: Path) -> None:
    row = re.compile(r"^\| (P\d+) \| .+ \| (.+) \|$", re.MULTILINE)
    english, japanese = (row.findall(_read(root / name)) for name in ("README.md", "README.ja.md"))
    assert [name for name, _ in english] == [f"P{number}" for number in range(1, 14)]
    assert english == japanese


def test_decisions_are_numbered_without_gaps_and_listed(root: Path) -> None:
    folder = root / "docs/decisions"
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [name[:5] for name in pages] == [f"{number:04d}-" for number in range(1, len(pages) + 1)]
    assert re.findall(r"\]\(([^)]+)\)", _read(folder / "README.md")) == pages
    for name in pages:
        text = _read(folder / name)
        assert text.startswith(f"# {name[:4]} ")
        assert all(f"**{part}.**" in text for part in ("Question", "Decision", "Consequences", "Turned down")), name
