"""What the project says about itself to machines: changelog, publiccode.yaml, licences of material that others made."""

import re
import tomllib
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

import yaml


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_changelog_keeps_its_form(root: Path) -> None:
    headings = re.findall(r"^## (.+)$", _text(root / "CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", heading) for heading in headings[1:])
    kinds = set(re.findall(r"^### (.+)$", _text(root / "CHANGELOG.md"), re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_publiccode_agrees_with_the_project(root: Path) -> None:
    code = yaml.safe_load(_text(root / "publiccode.yaml"))
    project = tomllib.loads(_text(root / "pyproject.toml"))["project"]
    assert code["softwareVersion"] == project["version"]
    assert code["legal"]["license"] == project["license"] == "Apache-2.0"
    assert date.fromisoformat(code["releaseDate"])
    for language in ("en", "ja"):
        description = code["description"][language]
        assert len(description["shortDescription"]) <= 150
        assert len(description["longDescription"]) >= 150
        assert description["features"]


def test_material_of_others_has_source_and_licence_and_is_listed(root: Path, files: list[Path]) -> None:
    notice = _text(root / "NOTICE")
    for source in (path for path in files if path.name == "SOURCE.md"):
        place = source.parent.relative_to(root).as_posix()
        assert "licence" in _text(source).lower() or "ライセンス" in _text(source), place
        assert place in notice, f"{place} is not in NOTICE"


def test_every_fixture_from_outside_says_where_it_comes_from(root: Path) -> None:
    for folder in sorted(path for path in (root / "tests/fixtures").iterdir() if path.is_dir()):
        assert (folder / "SOURCE.md").is_file(), folder.name


def test_every_exception_from_a_lint_rule_has_its_reason_on_the_line(root: Path, sources: list[Path]) -> None:
    bare = re.compile(r"#\s*(noqa(: ?[A-Z0-9, ]+)?|type: ignore(\[[\w, -]+\])?)\s*$")
    lines = [(path, number, line) for path in sources for number, line in enumerate(_text(path).splitlines(), 1)]
    assert [f"{path.relative_to(root)}:{number}" for path, number, line in lines if bare.search(line)] == []
    ignored = re.findall(r'^    "[A-Z]+[0-9]+",(.*)$', _text(root / "pyproject.toml"), re.MULTILINE)
    assert ignored
    assert all("#" in rest for rest in ignored)


def test_every_data_file_of_a_package_is_installed_with_it(root: Path, files: list[Path]) -> None:
    tools = tomllib.loads(_text(root / "pyproject.toml"))["tool"]["setuptools"]
    for package, patterns in tools["package-data"].items():
        data = [path.relative_to(root / package) for path in files if path.is_relative_to(root / package) and path.suffix != ".py"]
        names = [pattern.removeprefix("**/") for pattern in patterns]
        assert [path.as_posix() for path in data if not any(fnmatch(path.name, name) for name in names)] == [], package
