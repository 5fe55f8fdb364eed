"""Free text for auditors (自由記述の墨塗り): what staff wrote stays readable, names, kana and numbers of residents do not."""

import json
import re
from collections.abc import Iterator
from typing import Final

from sqlalchemy import select

from pipeline.hub import Hub
from pipeline.journal.intake_tables import persons
from pipeline.masked_form import MASK, SHORTEST
from pipeline.outside_people import claim_context
from pipeline.residents import by_atena
from vocabulary.masking import mask_numbers

_ATENABANGO: Final = re.compile(r"(?<!\d)\d{15}(?!\d)")


def without_numbers(said: str) -> str:
    """The text without 個人番号 and 宛名番号 of anybody."""
    return _ATENABANGO.sub(MASK, mask_numbers(said))


def without_people(hub: Hub, application: int, said: str) -> str:
    """The text without those numbers and without the names of the application's people, whole or in part, however they are spaced."""
    for name in sorted(set(_names(hub, application)), key=lambda name: (-len(name), name)):
        said = re.sub(r"\s*".join(map(re.escape, name)), MASK, said)
    return without_numbers(said)


def _names(hub: Hub, application: int) -> Iterator[str]:
    """Names and kana by the form and by the register: the whole without spaces, and each part that is long enough to tell somebody."""
    for row in hub.journal.rows(select(persons).where(persons.c.application == application)):
        context = claim_context(hub.code, application, row.role, row.ordinal)
        claim = json.loads(hub.sealing.unseal_text(row.claim, context=context))
        resident = by_atena(hub, row.atena) if row.atena else None
        registered = (resident.name, resident.kana) if resident else ()
        for text in filter(None, (claim["name"], claim["kana"], *registered)):
            yield from (part for part in ("".join(text.split()), *text.split()) if len(part) >= SHORTEST)
