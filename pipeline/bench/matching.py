"""The benchmark of the matching (宛名特定の測定): claims against a town with look-alikes, beside a matcher that compares bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from connectors.register import RegisterFile
from mappings.procedure import Role
from pipeline.bench.matching_town import Asked, Town, draw_town, write_register
from pipeline.hub import Hub, open_hub, set_up
from pipeline.matching import match_person
from pipeline.places import Root, municipalities_folder, municipality_codes
from pipeline.residents import by_atena
from pipeline.steps.refresh_links import load_file
from vocabulary.clock import Clock

NAME = "matching"
SIZES = (100_000,)
LAPS = 2
PEER = "bytes of name and birth"

_PAIRS, _FEWEST_PEOPLE = 500, 60
_ROLE = Role(role="child", title="対象児童", path="対象児童", number="個人番号", identified_by=("number", "household"))
Found = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """seconds: of all claims. wrong: links to somebody who is not meant. linked: links of all claims, right or wrong."""

    seconds: float
    linked: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Result:
    """One size. load_s: taking the register in, sealed and indexed."""

    size: int
    pairs: int
    claims: int
    load_s: float
    ours: Verdict
    peer: Verdict

    @property
    def share(self) -> float:
        """Share of the claims that ours linked."""
        return self.ours.linked / self.claims

    def as_json(self) -> dict[str, Any]:
        """One line of ``--json``."""
        return {
            "bench": NAME,
            "size": self.size,
            "ours_s": round(self.ours.seconds, 3),
            "peers_s": {PEER: round(self.peer.seconds, 3)},
            "load_s": round(self.load_s, 3),
            "pairs": self.pairs,
            "claims": self.claims,
            "linked_share": {"ours": round(self.share, 4), PEER: round(self.peer.linked / self.claims, 4)},
            "wrong_links": {"ours": self.ours.wrong, PEER: self.peer.wrong},
            "ratios": {"claims/s": round(self.claims / self.ours.seconds)},
        }


def measure(size: int, advance: Callable[[int], object]) -> Result:
    """Match the claims on a town of ``size`` people; ``advance`` is told of the loading and the matching."""
    pairs = min(_PAIRS, size // _FEWEST_PEOPLE)
    town = draw_town(size, pairs)
    with TemporaryDirectory() as folder:
        root, code = Root(Path(folder)), municipality_codes(municipalities_folder())[0]
        set_up(root, Clock())
        with open_hub(root, code, Clock()) as hub:
            start = perf_counter()
            load_town(hub, town)
            load_s = perf_counter() - start
            advance(1)
            ours = _verdict(lambda: [find(hub, one) for one in town.asked], town.asked)
            advance(1)
    return Result(size, pairs, len(town.asked), load_s, ours, _verdict(lambda: by_bytes(town), town.asked))


def load_town(hub: Hub, town: Town) -> None:
    """Take the town in as the register office would hand it over."""
    stamp = "20261124"
    path = write_register(hub.root.folder, town.people, stamp)
    load_file(hub, RegisterFile(path, "residents", full=True, stamp=stamp))


def find(hub: Hub, asked: Asked) -> str | None:
    """The 宛名番号 that a claim is linked to, as in a run."""
    match = match_person(hub, _ROLE, asked.claim, by_atena(hub, asked.filer), is_filer=False)
    return match.resident.atena if match.resident else None


def by_bytes(town: Town) -> Found:
    """The naive peer: the first person of equal bytes of name and birth date."""
    known: dict[tuple[str, str], str] = {}
    for one in town.people:
        known.setdefault((one.name, one.birth), one.atena)
    return [known.get((asked.claim.name, asked.claim.birth)) for asked in town.asked]


def _verdict(run: Callable[[], Found], asked: Sequence[Asked]) -> Verdict:
    start = perf_counter()
    found = run()
    seconds = perf_counter() - start
    linked = [(one, claim.truth) for one, claim in zip(found, asked, strict=True) if one is not None]
    return Verdict(seconds, len(linked), sum(one != truth for one, truth in linked))
