"""Days on which mappings are valid (対応表の有効期間): every legal day of a procedure has a form version, and no form has two mappings."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from mappings.procedure import Procedure, Version
from mappings.yaml_door import SpecError

DAY = timedelta(days=1)


def check_validity(file: Path, procedure: Procedure) -> None:
    """Raise SpecError for versions that overlap, leave days of the procedure without a form, or end before they begin."""
    places = {id(version): f"versions.{place}" for place, version in enumerate(procedure.versions)}
    spans = [("", procedure.valid_from, procedure.valid_until)]
    spans += [(f"{places[id(one)]}.", one.valid_from, one.valid_until) for one in procedure.versions]
    for key, first, last in spans:
        if last < first:
            raise SpecError(file=file, key=f"{key}valid_until", problem=f"{last} is before valid_from", allowed=f"{first} or later")
    forms: dict[str, list[Version]] = {}
    for version in sorted(procedure.versions, key=lambda one: (one.form, one.valid_from)):
        forms.setdefault(version.form, []).append(version)
    for versions in forms.values():
        _follow_one_another(file, versions, places)
    _leave_no_day(file, procedure, places)


def _follow_one_another(file: Path, versions: Sequence[Version], places: Mapping[int, str]) -> None:
    """Mappings of one form: each begins on the day after the one before it ended, and all read one schema."""
    for before, after in pairwise(versions):
        key = places[id(after)]
        wanted = _next_day(before.valid_until)
        if after.valid_from <= before.valid_until:
            problem = f"two mappings of form {after.form} are valid on {after.valid_from}"
            raise SpecError(file=file, key=f"{key}.valid_from", problem=problem, allowed=str(wanted or "an earlier end of the other"))
        if after.valid_from != wanted:
            problem = f"no mapping of form {after.form} is valid from {wanted} to {after.valid_from - DAY}"
            raise SpecError(file=file, key=f"{key}.valid_from", problem=problem, allowed=str(wanted))
        if after.schema_file != before.schema_file:
            problem = f"form {after.form} has another schema already"
            raise SpecError(file=file, key=f"{key}.schema", problem=problem, allowed=before.schema_file)


def _leave_no_day(file: Path, procedure: Procedure, places: Mapping[int, str]) -> None:
    """From the procedure's first day to its last some form is valid."""
    reached: date | None = procedure.valid_from
    for version in sorted(procedure.versions, key=lambda one: one.valid_from):
        if reached is None or reached > procedure.valid_until:
            return
        if version.valid_from > reached:
            problem = f"no form version is valid from {reached} to {version.valid_from - DAY}"
            raise SpecError(file=file, key=f"{places[id(version)]}.valid_from", problem=problem, allowed=f"{reached} or earlier")
        after = _next_day(version.valid_until)
        reached = None if after is None else max(reached, after)
    if reached is not None and reached <= procedure.valid_until:
        problem = f"no form version is valid from {reached} to {procedure.valid_until}"
        raise SpecError(file=file, key="versions", problem=problem, allowed=f"valid_until {procedure.valid_until}")


def _next_day(day: date) -> date | None:
    """None after the last day of the calendar, which stands for an open end."""
    return None if day == date.max else day + DAY
