"""One thing that ``hub check`` judges, and the line that says what came of it."""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.errors import ConnectorError
from mappings.yaml_door import SpecError
from pipeline.errors import HubError


@dataclass(frozen=True, slots=True)
class Checked:
    """kind: in Japanese. name: id, file or key. look: gives a short Japanese remark, or raises what is wrong."""

    kind: str
    name: str
    look: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome as one line."""

    good: bool
    line: str


def judge(thing: Checked) -> Verdict:
    """Look at the thing. What a person can mend is a verdict, anything else is raised."""
    try:
        remark = thing.look()
    except (HubError, ConnectorError, SpecError) as error:
        return Verdict(good=False, line=f"NG {thing.kind} {thing.name}: {' '.join(str(error).split())}")
    except OSError as error:
        what = f"{error.filename}: {error.strerror}. Put the file there or make it readable"
        return Verdict(good=False, line=f"NG {thing.kind} {thing.name}: {what}")
    return Verdict(good=True, line=f"OK {thing.kind} {thing.name}: {remark}")
