"""What a notice may speak of (差込項目): every fact with its source, its longest form and the sorts of notice that may use it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Literal

from pydantic import Field

from mappings.copies import PERSON, CopyKind
from mappings.specification import Assumption, Spec, nearest, read_spec
from mappings.yaml_door import SpecError

DEFAULT = Path(__file__).parent / "notices" / "facts.yaml"
ITEM = "item."
"""Prefix of a source that is an item of the ledger from which the addressees are chosen."""
LONGEST_DAY = 14
TELLABLE = ("DATE", "9", "YEAR")
"""Types of items that a text may show: days and numbers. Words and codes of a ledger may tell where somebody is."""

Sort = Literal[
    "receipt", "result", "correction", "period", "checkup", "vaccination", "questionnaire", "interview", "payment", "certificate", "other"
]  # fmt: skip


class Fact(Spec):
    """A fact. source: what supplies it; sorts: of the notices that may use it; longest: characters of its longest form; example: a form."""

    title: str
    source: Literal["settings", "case", "decision", "correction", "campaign", "payment", "gift"]
    sorts: tuple[Sort, ...] = Field(min_length=1)
    longest: int = Field(ge=1, le=2000)
    example: str


class Facts(Spec):
    """The file ``facts.yaml``."""

    facts: dict[str, Fact]
    assumptions: tuple[Assumption, ...] = ()

    def of(self, sort: str) -> dict[str, Fact]:
        """The facts that notices of a sort may use."""
        return {name: fact for name, fact in self.facts.items() if sort in fact.sorts}

    def longest(self, source: str) -> int:
        """Most characters of a source: of a fact, or of a day or number of a ledger."""
        return LONGEST_DAY if source.startswith(ITEM) else self.facts[source].longest

    def example(self, source: str) -> str:
        """A form of a source for previews."""
        return "令和8年11月24日" if source.startswith(ITEM) else self.facts[source].example


def read_facts(file: Path) -> Facts:
    """The facts of the file; the project's own where specifications bring none. Raises SpecError."""
    place = file if file.is_file() else DEFAULT
    facts = read_spec(place, Facts)
    for name, fact in facts.facts.items():
        if len(fact.example) > fact.longest:
            raise SpecError(file=place, key=f"facts.{name}.example", problem="is longer than longest", allowed=str(fact.longest))
    return facts


def placeholders(text: str) -> Iterator[tuple[str, bool]]:
    """Each placeholder of a text, and whether it is a plain name. Raises ValueError for braces that do not close."""
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            yield name, name.isidentifier() and not form and not conversion


def check_source(file: Path, key: str, source: str, *, sort: str, facts: Facts, copy: CopyKind | None) -> None:
    """A source is a fact of the sort, or a day or number of the ledger that the audience is chosen from. Raises SpecError."""
    if not source.startswith(ITEM):
        known = facts.of(sort)
        if source not in known:
            raise SpecError(file=file, key=key, problem=f"{source} is no fact of a {sort} notice", allowed=nearest(source, known))
        return
    items = {ITEM + name for name, item in copy.items.items() if item.type in TELLABLE and name != PERSON} if copy else set()
    if source not in items:
        problem = f"{source} is no day or number of the audience's ledger"
        raise SpecError(file=file, key=key, problem=problem, allowed=nearest(source, items) or "a fact; this audience has no ledger")


def worst(facts: Facts, sources: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The longest form of each placeholder. sources: placeholder → source; known: sources whose very words are known."""
    return {name: known.get(source, "字" * facts.longest(source)) for name, source in sources.items()}
