"""Kinds of sameness (重複の見方): which filings are shown to a clerk as one that was filed twice, as declared data."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from mappings.specification import Assumption, Spec, read_spec

Trait = Literal["filer", "child", "household", "account", "period"]
Against = Literal["filing", "counter", "open-case", "decided-case"]
Traits = Mapping[str, frozenset[str]]


class RepeatKind(Spec):
    """One kind of sameness. title: what a clerk reads. status: shadow is only counted, warn is shown, hold stops the later filing.

    against: where the other filing lies (filing: the hub's own journal). same: both know it and share some of it; agree: they share some
    of it where both know it; differ: both know it and share none. within_days: between the days on which they were filed, at most.
    """

    id: str
    title: str
    status: Literal["shadow", "warn", "hold"] = "shadow"
    against: tuple[Against, ...] = Field(min_length=1)
    procedure: Literal["same", "any"] = "same"
    same: tuple[Trait, ...] = Field(min_length=1)
    agree: tuple[Trait, ...] = ()
    differ: tuple[Trait, ...] = ()
    within_days: int = Field(ge=0)

    @model_validator(mode="after")
    def _ask_each_once(self) -> "RepeatKind":
        asked = [*self.same, *self.agree, *self.differ]
        twice = next((trait for trait in asked if asked.count(trait) > 1), "")
        if twice:
            raise ValueError(f"kind {self.id}: {twice} stands twice in same, agree and differ")
        return self

    def fits(self, mine: Traits, theirs: Traits) -> bool:
        """Whether two filings with these traits are the same in this kind's eyes."""
        return (
            all(_share(mine, theirs, trait) for trait in self.same)
            and all(_share(mine, theirs, trait) or not _both_know(mine, theirs, trait) for trait in self.agree)
            and all(_both_know(mine, theirs, trait) and not _share(mine, theirs, trait) for trait in self.differ)
        )


class RepeatRules(Spec):
    """The file ``repeats.yaml``. children: roles of those for whom is filed; account: items of the own record that name an account.

    settled: the portal's status of a filing that is settled as a repeat, by what it is.
    """

    children: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    kinds: tuple[RepeatKind, ...] = ()
    settled: dict[Literal["申請", "請求", "届出", "申出"], Literal["WITHDRAWN", "COMPLETED", "REJECTED"]] = Field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()

    @model_validator(mode="after")
    def _refuse_no_notification(self) -> "RepeatRules":
        if self.settled.get("届出") == "REJECTED":
            raise ValueError("settled.届出: a 届出 is complete on arrival and cannot be rejected (行政手続法37条)")
        return self

    def of(self, own: Sequence[RepeatKind]) -> tuple[RepeatKind, ...]:
        """The kinds of a procedure: its own in place of the shared ones of the same id, then what it adds."""
        replaced = {kind.id: kind for kind in own}
        shared = [kind.id for kind in self.kinds]
        return (*(replaced.get(kind.id, kind) for kind in self.kinds), *(kind for kind in own if kind.id not in shared))


def read_repeats(file: Path) -> RepeatRules:
    """The rules of the file; none where specifications know no repeats. Raises SpecError."""
    return read_spec(file, RepeatRules) if file.is_file() else RepeatRules()


def _share(mine: Traits, theirs: Traits, trait: str) -> bool:
    return bool(mine.get(trait, frozenset()) & theirs.get(trait, frozenset()))


def _both_know(mine: Traits, theirs: Traits, trait: str) -> bool:
    return bool(mine.get(trait)) and bool(theirs.get(trait))
