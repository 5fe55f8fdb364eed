"""Words that no file of the project may contain: hosts that software is fetched from, and an encoding that loses characters."""

import ast
import re
from pathlib import Path

# Put together from halves, because this file is searched too.
HOSTS = [
    "".join(halves)
    for halves in [
        ("py", "pi.org"), ("python", "hosted.org"), ("npm", "js.org"), ("npm", "js.com"), ("yarn", "pkg.com"), ("crates", ".io"),
        ("ruby", "gems.org"), ("docker", ".io"), ("ghcr", ".io"), ("quay", ".io"), ("ana", "conda.org"), ("js", "delivr.net"),
        ("un", "pkg.com"), ("cdn", "js.com"), ("fonts.", "googleapis.com"),
    ]
]  # fmt: skip
NARROW_ENCODING = re.compile(r"(shift|s)[-_]?jis", re.IGNORECASE)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def test_no_file_names_a_host_that_software_comes_from(files: list[Path], root: Path) -> None:
    ours = [path for path in files if not path.is_relative_to(root / "tests/fixtures")]
    found = {path.relative_to(root).as_posix(): host for path in ours for host in HOSTS if host in _text(path)}
    assert found == {}


def test_the_lock_holds_hashes_and_no_addresses(root: Path) -> None:
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9._-]+==", lock, re.MULTILINE)
    assert "://" not in lock
    assert len(re.findall(r"^[a-z0-9._-]+==[^\n]*\\\n    --hash=sha256:", lock, re.MULTILINE)) == len(pins)


def _codecs_named(path: Path) -> list[int]:
    """Lines on which the narrow codec is used; a text that only speaks of it, as a refused XML declaration does, is none."""
    found = []
    for call in (node for node in ast.walk(ast.parse(_text(path))) if isinstance(node, ast.Call)):
        values = [keyword.value for keyword in call.keywords if keyword.arg == "encoding"]
        if getattr(call.func, "attr", "") in {"encode", "decode", "lookup"}:
            values += call.args
        found += [call.lineno for value in values if isinstance(value, ast.Constant) and NARROW_ENCODING.fullmatch(str(value.value))]
    return found


def test_no_code_encodes_as_shift_jis(sources: list[Path], root: Path) -> None:
    found = {path.relative_to(root).as_posix(): lines for path in sources if (lines := _codecs_named(path))}
    assert found == {}, "cp932 is the encoding that the receiving systems mean"


def test_no_spec_names_shift_jis(files: list[Path], root: Path) -> None:
    encoding = re.compile(r"""encoding:\s*["']?s(hift)?[-_]?jis""", re.IGNORECASE)
    specs = [path for path in files if path.suffix == ".yaml" and not path.is_relative_to(root / "tests")]
    assert [path.relative_to(root).as_posix() for path in specs if encoding.search(_text(path))] == []
