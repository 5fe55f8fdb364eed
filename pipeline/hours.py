"""Times of day (時間帯) as municipality files write them: ``08:30-17:15``."""

from datetime import time
from typing import Annotated

from pydantic import BeforeValidator

from mappings.specification import Spec


class Window(Spec):
    """A time of day span, written ``08:30-17:15``; both ends belong to it. ``22:00-05:00`` goes over midnight."""

    start: time
    end: time

    def holds(self, moment: time) -> bool:
        """Whether the moment lies in the span."""
        local = moment.replace(tzinfo=None)
        if self.start <= self.end:
            return self.start <= local <= self.end
        return local >= self.start or local <= self.end


def _read_window(text: object) -> object:
    if isinstance(text, str):
        start, _, end = text.partition("-")
        return {"start": start, "end": end}
    return text


HoursOfDay = Annotated[Window, BeforeValidator(_read_window)]
