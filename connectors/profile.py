"""Declared profiles (取り決め) of outside systems: what is assumed about each, as data in ``connectors/profiles/``."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml


@cache
def read_profile(name: str) -> Mapping[str, Any]:
    """The profile ``connectors/profiles/<name>.yaml``; every scalar is text, as ``011002`` must not become a number."""
    text = resources.files("connectors").joinpath("profiles", f"{name}.yaml").read_text(encoding="utf-8")
    return MappingProxyType(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506  the base loader makes strings only
