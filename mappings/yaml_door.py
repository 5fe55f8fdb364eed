"""The one way in for YAML (定義ファイルの読み込み): every scalar stays the text that stands in the file.

YAML's own typing would turn the municipality code ``011002`` into 4610 and ``no`` into False; here only the model of a spec gives types.
"""

from pathlib import Path
from typing import Any

import yaml


class SpecError(Exception):
    """A spec file is wrong. Says file, key, problem and what is allowed; specs hold no residents' values, so their values may be shown."""

    def __init__(self, *, file: Path, key: str, problem: str, allowed: str = "") -> None:
        super().__init__(f"{file}: {key or '(file)'}: {problem}" + (f"; allowed: {allowed}" if allowed else ""))
        self.file = file
        self.key = key
        self.problem = problem
        self.allowed = allowed


class _TextLoader(yaml.CBaseLoader):
    """Mappings, lists and text; a key that stands twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be text", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=True)


def load_yaml(path: Path) -> dict[str, Any]:
    """The mapping that the file holds; all scalars are text, an empty value is the empty text.

    Raises SpecError when the file is absent, no UTF-8, no YAML, no mapping, or repeats a key.
    """
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_TextLoader)  # noqa: S506  a subclass of BaseLoader builds nothing but text
    except FileNotFoundError:
        raise SpecError(file=path, key="", problem="file is absent") from None
    except UnicodeDecodeError:
        raise SpecError(file=path, key="", problem="file is not UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise SpecError(file=path, key=f"line {line}", problem=error.problem or "not YAML") from None
    except yaml.YAMLError:
        raise SpecError(file=path, key="", problem="holds a character that YAML does not allow") from None
    if not isinstance(data, dict):
        raise SpecError(file=path, key="", problem="must hold keys and values")
    return data
