"""How many applications of which procedure arrive, and which households the town needs for them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox.defects import Defect

GOOD_WEIGHTS: Mapping[str, int] = {
    "jidoteate-nintei": 30,
    "jidoteate-gakukaitei": 8,
    "jidoteate-henko": 6,
    "jidoteate-shometsu": 5,
    "jidoteate-genkyo": 4,
    "hoiku-nintei": 8,
    "hoiku-riyo": 15,
    "hoiku-genkyo": 5,
    "shisetsu-nintei": 3,
    "ninshin-todokede": 12,
    "jidoteate-mishiharai": 5,
    "jidoteate-kifu": 2,
    "jidoteate-kifu-henko": 2,
    "jidoteate-kyushokuhi": 3,
    "jidoteate-kyushokuhi-henko": 2,
    "jifuyo-genkyo": 6,
}
"""How often residents file each procedure, by weight."""
OUT_OF_SCOPE_SHARE = 0.05
_NINTEI_KINDS = ("birth", "arrival", "change", "birth", "birth", "arrival")
_KINDS: Mapping[str, tuple[str, ...]] = {
    "jidoteate-nintei": _NINTEI_KINDS,
    "jidoteate-gakukaitei": ("sibling", "change"),
    "jidoteate-henko": ("change",),
    "jidoteate-shometsu": ("change",),
    "jidoteate-genkyo": ("reporting",),
    "hoiku-nintei": ("nursery",),
    "hoiku-riyo": ("nursery",),
    "hoiku-genkyo": ("nursery",),
    "shisetsu-nintei": ("nursery",),
    "ninshin-todokede": ("expecting",),
    "jidoteate-mishiharai": ("bereaved",),
    "jidoteate-kifu": ("change",),
    "jidoteate-kifu-henko": ("change",),
    "jidoteate-kyushokuhi": ("schooling",),
    "jidoteate-kyushokuhi-henko": ("schooling",),
    "jifuyo-genkyo": ("single-parent",),
}
_RESERVED: Mapping[str, int] = {
    "complete": 30, "nursery": 16, "bereaved": 2, "protected": 1, "public-servant": 1, "wide-name": 1, "twins": 1, "undated": 1,
    "reissued": 1, "unlinked": 1,
}  # fmt: skip
"""Households that defects draw on, in every town."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Counts that add up to the applications asked for."""

    good: tuple[tuple[str, str], ...]
    defects: tuple[Defect, ...]
    out_of_scope: int

    @property
    def households(self) -> Mapping[str, int]:
        """Kind of household → how many the town needs."""
        return Counter(_RESERVED) + Counter(kind for _, kind in self.good)


def room_for_defects(applications: int) -> int:
    """Lines that may be defects while at least half of all lines are good and every defect stands between two good ones."""
    rest = applications - out_of_scope(applications)
    return max(0, min(rest - (applications + 1) // 2, (rest - 1) // 2))


def out_of_scope(applications: int) -> int:
    """About one line of twenty, none in a very small list."""
    return int(applications * OUT_OF_SCOPE_SHARE)


def plan(applications: int, defects: Iterable[Defect]) -> Plan:
    """Divide ``applications`` lines among good ones (procedure and kind of household), defects and those out of scope."""
    chosen, others = tuple(defects), out_of_scope(applications)
    good = applications - others - sum(defect.lines for defect in chosen)
    procedures = _shared(good)
    seen: Counter[str] = Counter()
    pairs = []
    for procedure in procedures:
        kinds = _KINDS[procedure]
        pairs.append((procedure, kinds[seen[procedure] % len(kinds)]))
        seen[procedure] += 1
    return Plan(tuple(pairs), chosen, others)


def _shared(count: int) -> list[str]:
    """``count`` procedures whose shares stay as near as possible to ``GOOD_WEIGHTS`` at every point of the list."""
    total = sum(GOOD_WEIGHTS.values())
    found: list[str] = []
    given: Counter[str] = Counter()
    for position in range(1, count + 1):
        due = max(GOOD_WEIGHTS, key=lambda procedure: GOOD_WEIGHTS[procedure] * position / total - given[procedure])
        given[due] += 1
        found.append(due)
    return found
