"""受付期間: the days of each year in which filings of a procedure are expected; a procedure or a municipality declares them."""

from datetime import date

from pydantic import Field

from mappings.specification import Spec


class Receiving(Spec):
    """受付期間: the days of each year (``MM-DD``, both included) in which filings are expected. One outside is told, never refused."""

    start: str = Field(alias="from", pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
    until: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")

    def holds(self, day: date) -> bool:
        """Whether the day lies in the period, which may run over the turn of the year."""
        text = f"{day:%m-%d}"
        if self.start <= self.until:
            return self.start <= text <= self.until
        return text >= self.start or text <= self.until
