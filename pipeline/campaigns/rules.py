"""What holds for every campaign (一斉のお知らせの決まり), as ``rules.yaml`` declares it."""

from functools import cache
from pathlib import Path

from pydantic import Field

from mappings.specification import Assumption, Spec, read_spec


class CampaignRules(Spec):
    """answer_days: to answer where no filing period says it; page: people of one transaction."""

    version: str
    answer_days: int = Field(ge=1)
    page: int = Field(ge=1)
    assumptions: tuple[Assumption, ...]


@cache
def declared() -> CampaignRules:
    """The rules. Raises SpecError."""
    return read_spec(Path(__file__).with_name("rules.yaml"), CampaignRules)
