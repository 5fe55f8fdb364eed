"""Model of the term for a correction (補正の期限): opening days that a resident gets, and when the reminder goes."""

from typing import Self

from pydantic import Field, model_validator

from mappings.specification import Spec


class CorrectionTerm(Spec):
    """days: opening days from the request to the due day. remind_days: opening days before the due day on which one reminder goes."""

    days: int = Field(ge=1, le=120)
    remind_days: int = Field(ge=1)

    @model_validator(mode="after")
    def _remind_within_the_term(self) -> Self:
        if self.remind_days >= self.days:
            raise ValueError("remind_days must be smaller than days: the reminder comes after the request")
        return self
