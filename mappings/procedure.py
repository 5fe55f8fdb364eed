"""Model of ``procedure.yaml`` (手続の定義): what a procedure is called, who takes part, who signs, what it may end in."""

from collections.abc import Mapping as Lookup
from datetime import date
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from mappings.correction import CorrectionTerm
from mappings.mapping import Mapping
from mappings.notices import Notice
from mappings.overlays import Overlay
from mappings.receiving import Receiving
from mappings.repeats import RepeatKind
from mappings.rules import Rule
from mappings.specification import Assumption, Spec

Kind = Literal["申請", "請求", "届出", "申出"]
Status = Literal["RECEIVED", "EXAMINING", "CORRECTION", "WITHDRAWN", "REJECTED", "COMPLETED"]
ROUND_ITEM, EARLIER_ITEM = "choseikai", "sakino_uketsukebango"
"""Items of the own record that name the round of a filing and the filing delivered before it for the same person and round."""


class Version(Spec):
    """A form version with the mapping that reads it and the days on which that mapping is valid (both ends included)."""

    form: str
    schema_file: str = Field(alias="schema")
    mapping: str
    valid_from: date
    valid_until: date


class Signature(Spec):
    """署名: whether a signature is needed and which role must have signed."""

    policy: Literal["required", "portal-verified", "none"]
    signer: str


class Role(Spec):
    """A person that the form names (関係者).

    path: element of the form. number: element with the 個人番号, empty when the form asks for none. required: no 宛名番号, no mapping.
    identified_by: ways to find the 宛名番号, the surest first. apart: element of which the value 2 says that the person lives apart.
    address_from: element that carries 住所 and 郵便番号 when the person's own lacks them.
    """

    role: str
    title: str
    path: str
    repeated: bool = False
    required: bool = True
    number: str = ""
    identified_by: tuple[Literal["serial", "number", "household"], ...]
    lives_here: bool = True
    apart: str = ""
    address_from: str = ""


class Document(Spec):
    """A document, or a visit, that the office may ask for (提出書類). way: how it may come. blocks: the case waits for it.

    always: owed, by the last of its ways, from every filing that does not bring it, whatever the portal's manifest says.
    reads: the document.yaml by which an attached workbook of it becomes a record beside the application.
    serves: role of the person whose document it is, where one copy serves every filing that names the person (きょうだい).
    """

    code: str
    title: str
    condition: str = ""
    way: tuple[Literal["電子", "郵送", "来所"], ...]
    blocks: bool = False
    always: bool = False
    serves: str = ""
    reads: str = ""

    @model_validator(mode="after")
    def _owed_on_paper_or_in_person(self) -> Self:
        if self.always and self.way[-1] == "電子":
            raise ValueError(f"document {self.code}: always needs 郵送 or 来所 as its last way")
        return self


class KindReason(Spec):
    """What else an application may be (様式第4号 serves 請求 and 届出): of ``kind`` when ``item`` of its record has one of ``values``."""

    kind: Kind
    item: str
    values: tuple[str, ...] = Field(min_length=1)


class Outcome(Spec):
    """A way in which the procedure may end (結果): the portal status it leads to and the notice it sends, if any.

    needs: codes of documents without which a decision of this kind is not taken over. kinds: of which an application must be to end
    so; none named means all.
    """

    id: str
    title: str
    status: Status
    notice: str = ""
    needs: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()


Start = Literal["month-after-filing", "month-after-event", "wished-day", "none"]


class DateReason(Spec):
    """What another reason (事由) changes: when ``item`` has one of ``values``, these keys stand instead of those of ``dates``."""

    item: str
    values: tuple[str, ...] = Field(min_length=1)
    start: Start | None = None
    event: str = ""


class DateRules(Spec):
    """Which days the law looks at. legal_day: the day that counts as the filing's; start: from when an allowance runs.

    event: item with the event day (事由発生日); the first of ``reasons`` that applies names another (転入では転出予定日).
    reason: item whose code says what happened (事由), for the sentence that explains the proposal.
    grace_days: a filing within so many days from the day after the event counts as made in its month (15日特例).
    """

    legal_day: Literal["portal-arrival", "department-arrival", "submitted"]
    start: Start = "none"
    grace_days: int = Field(default=0, ge=0)
    event: str = ""
    reason: str = ""
    reasons: tuple[DateReason, ...] = ()

    @model_validator(mode="after")
    def _know_the_event(self) -> Self:
        for start, event in ((self.start, self.event), *((one.start or self.start, one.event or self.event) for one in self.reasons)):
            if start == "month-after-event" and not event:
                raise ValueError("month-after-event needs event: the item with the event day")
        return self


class Switch(Spec):
    """A choice that each municipality makes (自治体ごとの選択), on which rules may depend. usual: what holds where it says nothing."""

    id: str
    title: str
    usual: bool


class RoundRule(Spec):
    """Filings wait for a round (利用調整の回), which the municipality declares; the last one for a person before its deadline counts.

    wish: item of the own record with the day from which a place is wished. person: role for whom it is.
    """

    wish: str
    person: str


class Service(Spec):
    """The catalogue entry that residents see (サービス検索)."""

    title: str
    description: str
    who: str


class Procedure(Spec):
    """One procedure, complete with its mappings, overlays, rules and notices, which come from the other files of its folder.

    processing_counts: which days make 標準処理期間, all or those on which the counters are open.
    correction: its own term for corrections (補正の期限), where it differs from the declared one.
    additional_items: what an element is that neither form nor overlay declares, an alert that goes along or a reason to hold.
    """

    LOADED: ClassVar[frozenset[str]] = frozenset({"folder", "mappings", "overlays", "rules", "notices"})

    id: str
    short: str
    title: str
    old_titles: tuple[str, ...] = ()
    kind: Kind
    kinds: tuple[KindReason, ...] = ()
    law: str
    business: str
    section: str
    portal_id: str
    form_id: str
    valid_from: date
    valid_until: date
    access: Literal["normal", "narrow"] = "normal"
    service: Service
    versions: tuple[Version, ...] = Field(min_length=1)
    signature: Signature
    filer: str
    roles: tuple[Role, ...] = Field(min_length=1)
    documents: tuple[Document, ...] = ()
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    processing_days: int = Field(ge=0)
    processing_counts: Literal["calendar", "opening"] = "calendar"
    dates: DateRules
    correction: CorrectionTerm | None = None
    receiving: Receiving | None = None
    period: tuple[str, ...] = ()
    repeats: tuple[RepeatKind, ...] = ()
    rounds: RoundRule | None = None
    switches: tuple[Switch, ...] = ()
    retention_years: int = Field(ge=1)
    assumptions: tuple[Assumption, ...] = ()
    additional_items: Literal["alert", "hold"] = "hold"
    folder: Path = Path()
    mappings: tuple[Mapping, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    rules: tuple[Rule, ...] = ()
    notices: tuple[Notice, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _come_from_other_files(cls, data: object) -> object:
        if isinstance(data, dict) and (taken := cls.LOADED & data.keys()):
            raise ValueError(f"{', '.join(sorted(taken))} come from files of their own")
        return data

    @model_validator(mode="after")
    def _refuse_no_notification(self) -> Self:
        for outcome in self.outcomes_of("届出") if "届出" in (self.kind, *(one.kind for one in self.kinds)) else ():
            if outcome.status == "REJECTED":
                raise ValueError(f"outcome {outcome.id}: a 届出 is complete on arrival and cannot be rejected (行政手続法37条)")
        return self

    def kind_of(self, values: Lookup[str, str | None]) -> Kind:
        """What an application is whose own record has these values, by item."""
        return next((one.kind for one in self.kinds if values.get(one.item) in one.values), self.kind)

    def outcomes_of(self, kind: Kind) -> tuple[Outcome, ...]:
        """The ends that an application of that kind may come to."""
        return tuple(outcome for outcome in self.outcomes if not outcome.kinds or kind in outcome.kinds)

    @property
    def full_title(self) -> str:
        """The name with those it had before, by which residents still ask for it."""
        return f"{self.title}（旧 {'、'.join(self.old_titles)}）" if self.old_titles else self.title

    @property
    def usual_switches(self) -> dict[str, bool]:
        """Every switch as it stands where no municipality says otherwise."""
        return {switch.id: switch.usual for switch in self.switches}

    @property
    def forms(self) -> dict[str, Path]:
        """Path of the XML schema of each form version."""
        return {version.form: self.folder / version.schema_file for version in self.versions}

    def overlay(self, municipality: str, form: str) -> Overlay | None:
        """The questions that a municipality adds to a form version, None when it adds none."""
        return next((one for one in self.overlays if (one.municipality, one.form_version) == (municipality, form)), None)

    def version_of(self, mapping: Mapping) -> tuple[Version, Overlay | None]:
        """The version that a mapping of this procedure belongs to, and the overlay that completed it. Raises LookupError for another's."""
        for version, read in zip(self.versions, self.mappings, strict=True):
            if read is mapping:
                return version, None
        for version in self.versions:
            for overlay in self.overlays:
                if overlay.form_version == version.form and overlay.mappings[version.valid_from] is mapping:
                    return version, overlay
        raise LookupError(f"no mapping of {self.id}")

    def role(self, name: str) -> Role:
        """The role of that name. Raises KeyError."""
        for role in self.roles:
            if role.role == name:
                return role
        raise KeyError(name)
