"""A section's own status of rules (ルールの適用段階): a municipality brings a rule from shadow to warn to hold, or back with a reason."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import model_validator

from mappings.rules import STATUSES, RuleStatus
from mappings.specification import Spec, nearest
from pipeline.errors import SettingError

if TYPE_CHECKING:
    # Settings are read where a DAG file is parsed, which must not wait for what specifications need.
    from mappings.procedure import Procedure


class RuleChoice(Spec):
    """The status of one rule in a municipality; in the file a status alone, or ``status`` and ``reason``."""

    status: RuleStatus
    reason: str = ""

    @model_validator(mode="before")
    @classmethod
    def _may_be_a_status_alone(cls, data: Any) -> Any:  # noqa: ANN401  pydantic hands over whatever the file held
        return {"status": data} if isinstance(data, str) else data


def with_choices(procedure: "Procedure", choices: Mapping[str, RuleChoice]) -> "Procedure":
    """The procedure with the statuses that the municipality chose for its rules."""
    if not choices:
        return procedure
    rules = [rule.model_copy(update={"status": choices[rule.id].status}) if rule.id in choices else rule for rule in procedure.rules]
    return procedure.model_copy(update={"rules": tuple(rules)})


def check_choices(place: str, choices: Mapping[str, RuleChoice], procedure: "Procedure") -> None:
    """Raise SettingError for a rule that the procedure lacks, and for a status below the specification's that gives no reason."""
    declared = {rule.id: rule for rule in procedure.rules}
    for name, choice in choices.items():
        if name not in declared:
            raise SettingError(f"{place}.rules.{name}: {procedure.id} has no such rule", f"allowed are {nearest(name, declared)}")
        usual = declared[name].status
        if STATUSES.index(choice.status) < STATUSES.index(usual) and not choice.reason.strip():
            what = f"{place}.rules.{name}: {choice.status} is less than {usual}, which expectations.yaml says"
            raise SettingError(what, f"say why: {name}: {{status: {choice.status}, reason: ...}}")
