"""The reference of spec files names everything that a spec may say."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from mappings.copies import CopyKind
from mappings.document import Document
from mappings.layouts import FormatFile, Layout
from mappings.mapping import Mapping
from mappings.notice_facts import DEFAULT, read_facts
from mappings.notice_kinds import NoticeKind
from mappings.notices import Notices
from mappings.overlays import Overlay
from mappings.procedure import Procedure
from mappings.rules import NEEDS, Rule
from mappings.transforms import TRANSFORMS


def _chapter(root: Path, title: str) -> str:
    text = (root / "docs/spec-reference.md").read_text(encoding="utf-8")
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def _parts(annotation: object) -> Iterator[type[BaseModel]]:
    """The models that an annotation is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def _keys(model: type[BaseModel]) -> Iterator[str]:
    """Every key that the file of this model may hold; what the loader adds from other files is none."""
    for name, field in model.model_fields.items():
        if name not in getattr(model, "LOADED", ()):
            yield field.alias or name
            for part in _parts(field.annotation):
                yield from _keys(part)


def _names(chapter: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", chapter))


@pytest.mark.parametrize(
    ("title", "models"),
    [
        ("procedure.yaml", [Procedure]),
        ("mapping.yaml", [Mapping]),
        ("overlay.yaml", [Overlay]),
        ("expectations.yaml", [Rule]),
        ("notices.yaml", [Notices]),
        ("notice.yaml", [NoticeKind]),
        ("document.yaml", [Document]),
        ("copy.yaml", [CopyKind]),
        ("format.yaml", [FormatFile, Layout]),
    ],
)
def test_every_key_of_a_spec_file_is_explained(root: Path, title: str, models: list[type[BaseModel]]) -> None:
    keys = {key for model in models for key in _keys(model)}
    assert sorted(keys - _names(_chapter(root, title))) == []


def test_the_tables_of_transforms_and_rules_are_complete_and_name_no_other(root: Path) -> None:
    rows = {row.partition(":")[0] for row in re.findall(r"^\| `([a-z_:A-Z]+)`", _chapter(root, "Transforms"), re.MULTILINE)}
    assert rows == {*TRANSFORMS, "code", "zero_fill", "yucho"}
    kinds = re.findall(r"^\| `([a-z_]+)`", _chapter(root, "expectations.yaml").partition("| kind |")[2], re.MULTILINE)
    assert set(kinds) == set(NEEDS)


def test_every_placeholder_of_a_notice_is_named(root: Path) -> None:
    assert set(re.findall(r"`\{([a-z_]+)\}`", _chapter(root, "notices.yaml"))) == read_facts(DEFAULT).facts.keys()
