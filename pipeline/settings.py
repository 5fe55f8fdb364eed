"""Municipality files (自治体設定): one YAML file each, read strictly; unknown keys are refused with what is allowed."""

import re
from datetime import date, time
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from connectors.result_files import STANDARD, result_profiles
from mappings.correction import CorrectionTerm
from mappings.receiving import Receiving
from mappings.specification import Spec, read_spec
from mappings.substitutions import Substitute, from_code_points
from mappings.yaml_door import SpecError
from pipeline.clerk_settings import Closing, ExpectedSetting, check_procedures
from pipeline.errors import SettingError
from pipeline.hours import HoursOfDay, Window
from pipeline.night_settings import CopiesSetting, ExchangeSetting
from pipeline.places import municipality_codes
from pipeline.round_calendar import RoundCalendar
from pipeline.rule_choices import RuleChoice
from pipeline.staff import Staff
from vocabulary.check_digits import valid_municipality_code

STAFF_ID = re.compile("[a-z0-9-]{1,80}")


class Counterpart(Spec):
    """An outside system, reached through the named connection."""

    connection: str


class NoticeSetting(Counterpart):
    """The intermediate server's notice interface; notices leave in these hours of opening days only."""

    hours: HoursOfDay


class LetterboxSetting(Counterpart):
    """The digital letter-box service (民間送達サービス); documents leave in these hours of opening days only."""

    hours: HoursOfDay


class RegisterSetting(Counterpart):
    """Files of the register office; data older than ``stale_after_days`` are reported as stale."""

    stale_after_days: int = Field(ge=1)


class ScannerSetting(Spec):
    """The scanner gate (無害化): none, a command, or a folder pair."""

    kind: Literal["none", "command", "folder"]
    command: str = ""
    folder: str = ""
    timeout_seconds: int = 60


class RegistrySetting(Counterpart):
    """The document-management system (文書管理システム): its folder, the encoding of its CSV, the 文書分類 of each section's papers."""

    encoding: Literal["utf-8-sig", "utf-8", "cp932"] = "utf-8-sig"
    classes: dict[str, str]


class PaymentsSetting(Spec):
    """Payments (公金決済): connections of the claims' extract, of collection data, of the bank's deposits, and of the receipts system."""

    claims: str
    collections: str
    deposits: str
    posting: str


class MorningSetting(Spec):
    """The morning sheet (朝の点検表). by: when it must be there; certificate_days: so long before its end a certificate is marked."""

    by: time = time(9, 0)
    certificate_days: int = Field(default=60, ge=1)


class Section(Spec):
    """A section (担当課) that receives case folders. access narrow: nobody of another section reads its cases."""

    name: str
    phone: str
    access: Literal["ordinary", "narrow"] = "ordinary"


LegalDay = Literal["arrival", "department"]


class EnabledProcedure(Spec):
    """A procedure that this municipality takes: its section, where its records go, and a stricter or looser signature policy if any.

    legal_day: which arrival counts as the day of filing (請求日), where it differs from the municipality's. receiving: its own 受付期間.
    correction: its own term for corrections. switches: choices that the procedure leaves to municipalities.
    rules: statuses that it chose for rules of the procedure.
    rounds: the calendar of 利用調整, where the procedure has rounds.
    """

    section: str
    destinations: tuple[str, ...] = Field(min_length=1)
    signature: Literal["required", "portal-verified", "none"] | None = None
    legal_day: LegalDay | None = None
    receiving: Receiving | None = None
    correction: CorrectionTerm | None = None
    switches: dict[str, bool] = Field(default_factory=dict)
    rules: dict[str, RuleChoice] = Field(default_factory=dict)
    rounds: RoundCalendar | None = None


class ApprovedSubstitution(Spec):
    """A substitution that this municipality approved for a receiving system: code points ``U+9AD9``, and who approved it when."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    approved: str

    @model_validator(mode="after")
    def _is_a_replacement(self) -> "ApprovedSubstitution":
        self.substitute  # noqa: B018  building it is the check
        return self

    @property
    def substitute(self) -> Substitute:
        """As the formats take it."""
        return Substitute(from_code_points(self.source), from_code_points(self.target), self.approved)


class Destination(Spec):
    """A receiving system (業務システム): its format, connection, daily window and the most applications in one file.

    decides: whether its result files become decisions; of two systems that get the same records only one does.
    results: profile of its result files.
    cases: connection of the folder with the extract of its open and decided cases, empty where it gives none.
    substitutions: go before the rows of the format's table.
    """

    name: str
    format: str
    connection: str
    window: HoursOfDay = Window(start=time(0, 0), end=time(23, 59, 59))
    decides: bool = True
    results: str = STANDARD
    cases: str = ""
    max_applications: int = Field(default=1000, ge=1)
    substitutions: tuple[ApprovedSubstitution, ...] = ()

    @field_validator("results")
    @classmethod
    def _declared_profile(cls, results: str) -> str:
        known = sorted(result_profiles())
        if results not in known:
            raise ValueError(f"{results} is no profile of result files; allowed are {', '.join(known)}")
        return results

    @field_validator("substitutions")
    @classmethod
    def _none_twice(cls, substitutions: tuple[ApprovedSubstitution, ...]) -> tuple[ApprovedSubstitution, ...]:
        sources = [one.source for one in substitutions]
        twice = next((source for source in sources if sources.count(source) > 1), "")
        if twice:
            raise ValueError(f"{twice} stands twice")
        return substitutions


class Municipality(Spec):
    """One municipality (自治体). closed_days: its own closed days besides weekends, holidays and the year's end.

    copies, exchange: the nightly work at the intermediate server, None where the hub does not do it. staff: who may act on cases.
    closings: 支払締日. correction: its own term for corrections (補正の期限).
    expected: procedure → where the people who have to file it are listed.
    separate_logins: whether the two people of an act have to come from two accounts of the operating system.
    """

    code: str
    name: str
    legal_day: LegalDay
    closed_days: frozenset[date] = frozenset()
    portal: Counterpart
    notices: NoticeSetting
    register_office: RegisterSetting = Field(alias="register")
    jpki: Counterpart
    scanner: ScannerSetting
    sections: dict[str, Section]
    procedures: dict[str, EnabledProcedure]
    destinations: dict[str, Destination]
    staff: dict[str, Staff] = Field(default_factory=dict)
    separate_logins: bool = False
    closings: tuple[Closing, ...] = ()
    correction: CorrectionTerm | None = None
    expected: dict[str, ExpectedSetting] = Field(default_factory=dict)
    morning: MorningSetting = MorningSetting()
    copies: CopiesSetting | None = None
    exchange: ExchangeSetting | None = None
    counter_book: Counterpart | None = None
    registry: RegistrySetting | None = None
    payments: PaymentsSetting | None = None
    letterbox: LetterboxSetting | None = None

    @model_validator(mode="after")
    def _refer_to_what_exists(self) -> "Municipality":
        if not valid_municipality_code(self.code):
            raise ValueError(f"code {self.code} has a wrong check digit (全国地方公共団体コード, 6 digits)")
        for name, procedure in self.procedures.items():
            if procedure.section not in self.sections:
                raise ValueError(f"procedures.{name}.section {procedure.section}: allowed are {', '.join(self.sections)}")
            unknown = [target for target in procedure.destinations if target not in self.destinations]
            if unknown:
                raise ValueError(f"procedures.{name}.destinations {', '.join(unknown)}: allowed are {', '.join(self.destinations)}")
        if self.registry is not None and (differing := sorted(self.registry.classes.keys() ^ self.sections.keys())):
            raise ValueError(f"registry.classes {', '.join(differing)}: there is one for each of {', '.join(self.sections)}")
        return self

    @model_validator(mode="after")
    def _know_the_procedures(self) -> "Municipality":
        check_procedures(self.closings, self.expected, dict(self.procedures))
        return self

    @model_validator(mode="after")
    def _know_the_desks(self) -> "Municipality":
        for name, desk in self.staff.items():
            if not STAFF_ID.fullmatch(name):
                raise ValueError(f"staff.{name}: an id has 1 to 80 of a-z, 0-9 and -")
            unknown = [section for section in desk.sections if section not in self.sections]
            if unknown:
                raise ValueError(f"staff.{name}.sections {', '.join(unknown)}: allowed are {', '.join(self.sections)}")
        return self

    def rules_of(self, procedure: str) -> dict[str, RuleChoice]:
        """The statuses that it chose for a procedure's rules; none for a procedure that it does not take."""
        enabled = self.procedures.get(procedure)
        return enabled.rules if enabled else {}


def load_municipality(folder: Path, code: str) -> Municipality:
    """Read one file. Raises SettingError naming file, key and what is allowed."""
    file = folder / f"{code}.yaml"
    if not file.is_file():
        known = ", ".join(municipality_codes(folder)) or "none"
        raise SettingError(f"{file}: there is no municipality {code}", f"known municipalities: {known}; add the file or correct the code")
    try:
        municipality = read_spec(file, Municipality)
    except SpecError as error:
        raise SettingError(str(error), "correct the key; docs/adding-a-municipality.md explains every key") from error
    if municipality.code != code:
        raise SettingError(f"{file}: code is {municipality.code}", f"file name and code must agree: {code}")
    return municipality
