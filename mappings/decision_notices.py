"""Notices that themselves serve as 処分通知 (電子処分通知): a declared option that is refused without what the law asks of a 処分通知."""

from pydantic import Field, model_validator

from mappings.specification import Spec

APPEAL, TERM = "審査請求", "以内"


class Consent(Spec):
    """Which item of the application's own record says that the filer agreed to be told electronically (同意), and with which values."""

    item: str = Field(min_length=1)
    values: tuple[str, ...] = Field(min_length=1)


class ServesAsDecision(Spec):
    """What makes a notice a 処分通知.

    basis: law, article or ordinance that allows it. reasons: sentence with ``{reason}`` (行政手続法8条・14条). instruction: 教示, the
    authority and the term of a 審査請求 (行政不服審査法82条).
    """

    basis: str = Field(min_length=1)
    consent: Consent
    reasons: str = Field(min_length=1)
    instruction: str = Field(min_length=1)

    @model_validator(mode="after")
    def _say_what_the_law_asks(self) -> "ServesAsDecision":
        if "条" not in self.basis:
            raise ValueError("basis names no article (条)")
        if "{reason}" not in self.reasons:
            raise ValueError("reasons lack the placeholder {reason} (行政手続法8条)")
        if APPEAL not in self.instruction or TERM not in self.instruction:
            raise ValueError(f"instruction is no 教示: it names no {APPEAL} with its term (…{TERM}) (行政不服審査法82条)")
        return self

    def complete(self, body: str, reason: str) -> str:
        """The body with reasons and 教示."""
        said = [self.reasons.replace("{reason}", reason)] if reason else []
        return "\n".join([body.rstrip("\n"), *said, self.instruction.rstrip("\n"), f"根拠: {self.basis}", ""])
