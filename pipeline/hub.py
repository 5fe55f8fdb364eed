"""Everything a step needs, opened once: root, clock, journal, keys, sealed store, specifications, one municipality."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import select

from connectors.connections import HttpConnection, SftpConnection, folder_connection, http_connection, load_connection
from connectors.folder import FolderTarget
from connectors.jpki import TrustStore
from connectors.scanner import ScannerGate, declare_gate
from connectors.sftp import SftpTarget
from mappings.catalogue import Catalogue, load_catalogue
from mappings.layouts import Format
from mappings.procedure import Procedure
from mappings.receiving import Receiving
from pipeline.calendar import OpeningDays
from pipeline.errors import SettingError
from pipeline.faults import fault_point
from pipeline.inbox_files import SealedStore
from pipeline.journal.database import Journal, open_journal, read_journal, sqlite_url
from pipeline.journal.intake_tables import applications
from pipeline.journal.schema import migrate
from pipeline.journal.sole_worker import sole_worker
from pipeline.keyring import KeyRing
from pipeline.night_settings import check_copies
from pipeline.places import Root, municipalities_folder, specifications_folder
from pipeline.rule_choices import check_choices, with_choices
from pipeline.sealing import Sealing
from pipeline.settings import Destination, EnabledProcedure, Municipality, load_municipality
from vocabulary.clock import Clock

Target = SftpTarget | FolderTarget


@dataclass(frozen=True)
class Hub:
    """The hub at work for one municipality."""

    root: Root
    clock: Clock
    journal: Journal
    keys: KeyRing
    sealing: Sealing
    store: SealedStore
    catalogue: Catalogue
    municipality: Municipality

    @property
    def code(self) -> str:
        """The municipality's code."""
        return self.municipality.code

    def procedure(self, name: str) -> Procedure:
        """Specification of a procedure that the municipality takes, its rules with the statuses that the municipality chose."""
        return self._procedures[name]

    @cached_property
    def _procedures(self) -> dict[str, Procedure]:
        return {name: with_choices(one, self.municipality.rules_of(name)) for name, one in self.catalogue.procedures.items()}

    def enabled(self, name: str) -> EnabledProcedure:
        """The municipality's setting of a procedure."""
        return self.municipality.procedures[name]

    def switches(self, name: str) -> dict[str, bool]:
        """How the municipality has set the switches of a procedure; the usual way where it says nothing."""
        return self.procedure(name).usual_switches | self.enabled(name).switches

    def receiving(self, name: str) -> Receiving | None:
        """The period in which a procedure's filings are expected (受付期間): the municipality's own, else the procedure's."""
        return self.enabled(name).receiving or self.procedure(name).receiving

    def destination(self, name: str) -> Destination:
        """The municipality's setting of a receiving system."""
        return self.municipality.destinations[name]

    @property
    def opening(self) -> OpeningDays:
        """The days on which the municipality's counters are open."""
        return OpeningDays(self.municipality.closed_days)

    def format_of(self, destination: str) -> Format:
        """The receiving format of a destination; what the municipality approved goes before the format's own substitutions."""
        return approved_format(self.destination(destination), self.catalogue)

    def format_version(self, destination: str) -> str:
        """Digest of everything that decides which characters and lengths a destination takes: its format's folder, its substitutions."""
        if destination not in self._format_versions:
            self._format_versions[destination] = self._digest_of_format(destination)
        return self._format_versions[destination]

    @cached_property
    def _format_versions(self) -> dict[str, str]:
        return {}

    def _digest_of_format(self, destination: str) -> str:
        format_ = self.format_of(destination)
        folder = self.catalogue.root / "formats" / format_.id
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        replaced = sorted((one.source, one.target) for one in format_.substitutions.entries.values())
        return digest_of(*(hashlib.sha256(file.read_bytes()).hexdigest() for file in files), *replaced)

    def target(self, name: str) -> Target:
        """A connection to a receiving system. Raises PermanentError when its connection is not set up."""
        found = load_connection(self.root.folder, self.destination(name).connection)
        if isinstance(found, SftpConnection):
            return SftpTarget(found, reached=fault_point)
        return FolderTarget(folder_connection(self.root.folder, self.destination(name).connection), reached=fault_point)

    def http(self, name: str) -> HttpConnection:
        """The settings of an HTTPS counterpart."""
        return http_connection(self.root.folder, name)

    def folder(self, name: str) -> Path:
        """The folder of a counterpart that hands over files."""
        return folder_connection(self.root.folder, name).inbox

    @cached_property
    def trust(self) -> TrustStore:
        """Signing CAs and revocation lists as they lie now."""
        return TrustStore.load(self.folder(self.municipality.jpki.connection))

    @cached_property
    def trust_version(self) -> str:
        """Changes whenever a signing CA or a revocation list is replaced."""
        return digest_of(*(str(revocations.issued if revocations else None) for _, revocations in self.trust.authorities))

    @cached_property
    def scanner(self) -> ScannerGate:
        """The scanner gate that the municipality declares."""
        declared = {key: str(value) for key, value in self.municipality.scanner.model_dump().items() if value != ""}
        return declare_gate(declared, root=self.root.folder)

    def specification_version(self, procedure: str) -> str:
        """Digest of everything that decides how a procedure is mapped and checked: its folder, its items, the code lists, its settings."""
        if procedure not in self._versions:
            self._versions[procedure] = self._digest_of_specification(procedure)
        return self._versions[procedure]

    def form_digest(self, procedure: str) -> str:
        """Digest of a procedure's forms as this municipality uses them: their schemas, its own questions, and what others may come."""
        specification = self.procedure(procedure)
        files = [*specification.forms.values(), *(one.file for one in specification.overlays if one.municipality == self.code)]
        return digest_of(specification.additional_items, *(hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(files)))

    @cached_property
    def _versions(self) -> dict[str, str]:
        return {}

    def _digest_of_specification(self, procedure: str) -> str:
        specification = self.procedure(procedure)
        read = [self.catalogue.root / "documents" / document.id for document in self.catalogue.documents_of(specification).values()]
        folders = (specification.folder, self.catalogue.root / "items" / specification.business, self.catalogue.root / "codelists", *read)
        files = sorted(file for folder in folders for file in folder.iterdir() if file.is_file())
        enabled = self.enabled(procedure)
        settings = (self.switches(procedure), enabled.rounds, self.receiving(procedure), enabled.rules)
        return digest_of(*(hashlib.sha256(file.read_bytes()).hexdigest() for file in files), *settings)[:16]

    def index(self, text: str, purpose: str) -> str:
        """Keyed hash under which a personal value can be found again."""
        return self.keys.index(text, f"{self.code}/{purpose}")


def database_url(root: Root, environment: Mapping[str, str] = os.environ) -> str:
    """Address of the journal: ``HUB_DATABASE``, else the SQLite file of the root."""
    return environment.get("HUB_DATABASE") or sqlite_url(root.database)


def set_up(root: Root, clock: Clock) -> None:
    """Make a root usable: folders, keys, journal schema. Safe to repeat."""
    for folder in (root.folder, root.cases, root.reports, root.connections):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    if not (root.folder / "keys").is_dir():
        KeyRing.create(root.folder)
    journal = open_journal(database_url(root), clock)
    with sole_worker(journal.engine):
        migrate(journal.engine)
    journal.close()


@contextmanager
def open_hub(root: Root, code: str, clock: Clock) -> Iterator[Hub]:
    """Open the hub for a municipality. Raises SettingError, also when another process works on an embedded journal, or PermanentError."""
    municipality = load_municipality(municipalities_folder(), code)
    catalogue = load_catalogue(specifications_folder())
    check_agreement(municipality, catalogue)
    keys = KeyRing.open(root.folder)
    sealing = Sealing(keys)
    journal = open_journal(database_url(root), clock)
    store = SealedStore(root.folder / "sealed", sealing, reached=fault_point)
    try:
        with sole_worker(journal.engine):
            check_open_work(municipality, journal)
            yield Hub(root, clock, journal, keys, sealing, store, catalogue, municipality)
    finally:
        journal.close()


@contextmanager
def open_for_reading(root: Root, code: str, clock: Clock, catalogue: Catalogue) -> Iterator[Hub]:
    """The hub with other specifications, beside whoever works on the journal: the database itself refuses every change.

    Raises SettingError or PermanentError.
    """
    municipality = load_municipality(municipalities_folder(), code)
    keys = KeyRing.open(root.folder)
    sealing = Sealing(keys)
    journal = read_journal(database_url(root), clock)
    try:
        yield Hub(root, clock, journal, keys, sealing, SealedStore(root.folder / "sealed", sealing), catalogue, municipality)
    finally:
        journal.close()


def check_agreement(municipality: Municipality, catalogue: Catalogue) -> None:
    """Refuse a municipality file that names what the specifications lack."""
    procedures, formats = sorted(catalogue.procedures), sorted(catalogue.formats)
    named = [(f"procedures.{name}", name, procedures) for name in municipality.procedures]
    named += [(f"destinations.{key}.format", target.format, formats) for key, target in municipality.destinations.items()]
    for key, name, known in named:
        if name not in known:
            raise SettingError(f"municipalities/{municipality.code}.yaml: {key}: {name} does not exist", f"allowed are {', '.join(known)}")
    for name, enabled in municipality.procedures.items():
        place = f"municipalities/{municipality.code}.yaml: procedures.{name}"
        _check_choices(place, enabled, catalogue.procedures[name])
        check_choices(place, enabled.rules, catalogue.procedures[name])
        _check_questions(place, municipality, name, catalogue)
        _check_records(place, municipality, name, catalogue)
    if municipality.copies:
        check_copies(municipality.code, municipality.copies, catalogue.copies)
    for name, setting in municipality.destinations.items():
        try:
            approved_format(setting, catalogue)
        except ValueError as error:
            what = f"municipalities/{municipality.code}.yaml: destinations.{name}.substitutions: {error}"
            raise SettingError(what, "name as to what the receiving system takes as it is") from error


def approved_format(setting: Destination, catalogue: Catalogue) -> Format:
    """A destination's format with what its municipality approved. Raises ValueError for an approval that leads to what is replaced."""
    format_ = catalogue.formats[setting.format]
    return format_.with_substitutions(format_.substitutions.overridden(one.substitute for one in setting.substitutions))


def _check_questions(place: str, municipality: Municipality, procedure: str, catalogue: Catalogue) -> None:
    """The formats of a procedure's destinations must know the records that its overlays make."""
    overlays = [one for one in catalogue.procedures[procedure].overlays if one.municipality == municipality.code and one.group]
    for name in municipality.procedures[procedure].destinations:
        format_ = municipality.destinations[name].format
        for overlay in overlays:
            if overlay.group not in catalogue.formats[format_].columns:
                what = f"{place}.destinations: format {format_} of {name} has no records {overlay.group} of {overlay.file.name}"
                raise SettingError(what, f"add {overlay.group} to the format, or ask its questions with item")


def _check_records(place: str, municipality: Municipality, procedure: str, catalogue: Catalogue) -> None:
    """The formats of a procedure's destinations must lay out all its records, or nothing of it could leave."""
    groups = catalogue.groups_of(catalogue.procedures[procedure])
    for name in municipality.procedures[procedure].destinations:
        format_ = catalogue.formats[municipality.destinations[name].format]
        missing = [group for group in groups if group not in format_.columns]
        if missing:
            able = [one.id for one in catalogue.formats.values() if set(groups) <= one.columns.keys()]
            what = f"{place}.destinations: format {format_.id} of {name} does not lay out {', '.join(missing)}"
            raise SettingError(what, f"formats that do: {', '.join(able) or 'none; their subject names no item of the records'}")


def _check_choices(place: str, enabled: EnabledProcedure, procedure: Procedure) -> None:
    known = [switch.id for switch in procedure.switches]
    unknown = [switch for switch in enabled.switches if switch not in known]
    if unknown:
        allowed = f"allowed are {', '.join(known)}" if known else "the procedure has no switches"
        raise SettingError(f"{place}.switches: {', '.join(unknown)} does not exist", allowed)
    if (procedure.rounds is None) != (enabled.rounds is None):
        need = "the procedure waits for no rounds" if procedure.rounds is None else "name the calendar of its rounds"
        raise SettingError(f"{place}.rounds: declared for the procedure or for the municipality only", need)


def check_open_work(municipality: Municipality, journal: Journal) -> None:
    """Refuse a municipality file that no longer names the procedure or section of an application that is not finished."""
    unfinished = (applications.c.municipality == municipality.code) & applications.c.disposition.in_(("open", "waiting", "held"))
    for row in journal.rows(select(applications.c.procedure, applications.c.section).where(unfinished).distinct()):
        for key, name, known in (("procedures", row.procedure, municipality.procedures), ("sections", row.section, municipality.sections)):
            if name not in known:
                what = f"municipalities/{municipality.code}.yaml: {key}.{name} is gone, but applications of it are not finished"
                raise SettingError(what, "put it back until they are finished")


def digest_of(*inputs: object) -> str:
    """SHA-256 over the declared inputs of a step, in order."""
    return hashlib.sha256("\x1f".join(str(item) for item in inputs).encode()).hexdigest()
