"""The ground of all specs (定義ファイル): frozen models that refuse unknown keys, and errors that say what is allowed instead."""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from mappings.yaml_door import SpecError, load_yaml


class Spec(BaseModel):
    """A frozen part of a spec file. Texts are converted by the field's type; an unknown key is refused with the nearest known name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _know_every_key(cls, data: Any) -> Any:  # noqa: ANN401  pydantic hands over whatever the file held
        if isinstance(data, dict):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in data:
                if key not in known:
                    raise PydanticCustomError("unknown_key", "unknown key {key}", {"key": key, "allowed": nearest(str(key), known)})
        return data


class Assumption(Spec):
    """A statement of a spec that no public source settles: GK general knowledge, NV not verified."""

    about: str
    basis: Literal["GK", "NV"]


Model = TypeVar("Model", bound=Spec)
_ONE_OF = ("literal_error", "enum")
_QUOTED = re.compile(r"'([^']*)'")
_BRANCH = re.compile(r"[a-z-]+\[.*\]$", re.DOTALL)
"""What pydantic adds to a place where a value may be of several types; no key of a file looks like it."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The allowed names for an error text, the one most like ``name`` first when there is one."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1)
    return f"{close[0]}? (of {', '.join(names)})" if close else ", ".join(names)


def read_spec(path: Path, model: type[Model]) -> Model:
    """Read one spec file. Raises SpecError naming file, key, problem and what is allowed."""
    return build_spec(path, model, load_yaml(path))


def build_spec(path: Path, model: type[Model], data: object) -> Model:
    """Build a model of data that was read from ``path``. Raises SpecError."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _spec_error(path, error.errors()[0]) from None


def _spec_error(path: Path, first: ErrorDetails) -> SpecError:
    context = first.get("ctx", {})
    place = [str(part) for part in first["loc"] if not _BRANCH.match(str(part))]
    if "key" in context:
        place.append(str(context["key"]))
    if first["type"] in _ONE_OF:
        known = filter(None, _QUOTED.findall(str(context.get("expected", ""))))
        given = str(first["input"])
        return SpecError(file=path, key=".".join(place), problem=f"unknown value {given}", allowed=nearest(given, known))
    if first["type"] == "tuple_type":
        return SpecError(file=path, key=".".join(place), problem="is no list", allowed="[first, second]")
    allowed = context.get("allowed") or context.get("expected") or ""
    return SpecError(file=path, key=".".join(place), problem=first["msg"], allowed=str(allowed))
