"""Drawing a sample (監査抽出): the same journal, seed and size give the same applications, however the rows lie."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from pipeline.audit.strata import Candidate


def draw(candidates: Iterable[Candidate], *, seed: str, size: int) -> list[Candidate]:
    """At most ``size`` candidates, by stratum and lot: one of every stratum where the size allows, the rest by the strata's sizes.

    Where it does not allow, strata with released errors come first. The lot of a candidate is a hash of the seed and its key.
    """
    strata: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        strata.setdefault(candidate.stratum, []).append(candidate)
    for members in strata.values():
        members.sort(key=lambda one: lot(seed, one.key))
    quotas = _quotas(strata, seed, size)
    drawn = [one for stratum, quota in quotas.items() for one in strata[stratum][:quota]]
    return sorted(drawn, key=lambda one: (one.stratum, lot(seed, one.key)))


def lot(seed: str, key: str) -> str:
    """The place of something in the order that a seed gives."""
    return hashlib.sha256(f"{seed}\x1f{key}".encode()).hexdigest()


def _quotas(strata: Mapping[str, Sequence[Candidate]], seed: str, size: int) -> dict[str, int]:
    """How many of each stratum: one each, then by largest remainder of what is left, never more than a stratum has."""
    order = sorted(strata, key=lambda name: (not strata[name][0].released, lot(seed, name)))
    quotas = {name: 1 if place < size else 0 for place, name in enumerate(order)}
    left = min(size, sum(map(len, strata.values()))) - sum(quotas.values())
    room = {name: len(strata[name]) - quotas[name] for name in order}
    whole = sum(room.values())
    if left > 0 and whole:
        shares = {name: left * room[name] // whole for name in order}
        over = left - sum(shares.values())
        by_remainder = sorted(order, key=lambda name: (-(left * room[name] % whole), order.index(name)))
        for name in order:
            quotas[name] += shares[name] + (name in by_remainder[:over])
    return quotas
