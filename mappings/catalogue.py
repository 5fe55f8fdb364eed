"""Everything that is declared (手続一覧): procedures, items, code lists and formats, read and checked together once."""

from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from mappings.codelists import CodeList, read_codelists
from mappings.copies import CopyKind, read_copies
from mappings.coverage import check_coverage
from mappings.document import Document, read_documents
from mappings.form_shape import parse_schema, read_schema
from mappings.items import Group, read_group_titles, read_items
from mappings.layouts import Declared, Format, read_format
from mappings.mapping import Mapping
from mappings.notice_facts import Facts
from mappings.notice_kinds import NoticeKind, read_notice_kinds, read_notice_rules
from mappings.notice_limits import Limits
from mappings.notices import Notices, check_consents, check_notices
from mappings.overlays import FormVersion, Overlay, read_overlays
from mappings.plan import Plan, make_plan
from mappings.procedure import EARLIER_ITEM, ROUND_ITEM, Procedure, Version
from mappings.repeats import RepeatRules, read_repeats
from mappings.rule_references import check_rules
from mappings.rules import read_rules
from mappings.specification import nearest, read_spec
from mappings.substitutions import read_substitutions
from mappings.validity import check_validity
from mappings.yaml_door import SpecError
from vocabulary.findings import refuse


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All specs. items: groups of each business by name. A plan is made once for each mapping and day."""

    root: Path
    procedures: Lookup[str, Procedure]
    formats: Lookup[str, Format]
    items: Lookup[str, Lookup[str, Group]]
    codelists: Lookup[str, CodeList]
    documents: Lookup[str, Document] = field(default_factory=dict)
    copies: Lookup[str, CopyKind] = field(default_factory=dict)
    repeats: RepeatRules = field(default_factory=RepeatRules)
    notice_kinds: Lookup[str, NoticeKind] = field(default_factory=dict)
    notice_rules: tuple[Facts, Limits] = field(default_factory=lambda: read_notice_rules(Path(__file__).parent))
    _plans: dict[tuple[str, str, str, date, date], Plan] = field(default_factory=dict, repr=False, compare=False)

    def by_portal_id(self, portal_id: str) -> Procedure | None:
        """The procedure with this 手続ID, None when the hub does not handle it."""
        return next((one for one in self.procedures.values() if one.portal_id == portal_id), None)

    def groups_of(self, procedure: Procedure) -> tuple[str, ...]:
        """The groups that the procedure's mappings write, in their order, then those of documents that are read."""
        mapped = [record.group for mapping in procedure.mappings for record in mapping.records]
        return tuple(dict.fromkeys([*mapped, *(group for document in self.documents_of(procedure).values() for group in document.groups)]))

    def documents_of(self, procedure: Procedure) -> dict[str, Document]:
        """The definitions of the documents that are read with the procedure, by 書類コード."""
        return {document.code: self.documents[document.reads] for document in procedure.documents if document.reads}

    def plan(self, procedure: Procedure, mapping: Mapping, day: date) -> Plan:
        """The mapping made ready to run with the code lists of the day."""
        version, overlay = procedure.version_of(mapping)
        key = (procedure.id, version.form, overlay.municipality if overlay else "", version.valid_from, day)
        if key not in self._plans:
            self._plans[key] = make_plan(
                procedure, mapping, version=version, groups=self.items[procedure.business], codelists=self.codelists, day=day.isoformat()
            )
        return self._plans[key]


def load_catalogue(root: Path | None = None) -> Catalogue:
    """Read and check every spec below ``root`` (default: this package). Raises SpecError for the first that is wrong.

    A process that opens the hub again and again reads unchanged files once; any file that is new, gone or changed is seen.
    """
    root = root or Path(__file__).parent
    return _read_catalogue(root, _state_of(root))


def _state_of(root: Path) -> frozenset[tuple[str, int, int]]:
    """Every file below the root with the time of its last change and its size."""
    files = ((path, path.stat()) for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return frozenset((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in files)


@lru_cache(maxsize=2)
def _read_catalogue(root: Path, _state: frozenset[tuple[str, int, int]]) -> Catalogue:
    codelists = read_codelists(root / "codelists")
    items = {folder.name: read_items(folder, codelists=frozenset(codelists)) for folder in _folders(root / "items")}
    notice_rules = read_notice_rules(root)
    procedures = {folder.name: _read_procedure(folder, items, notice_rules) for folder in _folders(root / "procedures")}
    _no_portal_id_twice(root, procedures)
    documents = read_documents(root / "documents", items, codelists)
    for procedure in procedures.values():
        _check_documents(procedure, documents)
    # Item definitions of other businesses are only data; formats lay out what procedures and documents write.
    used = {procedure.business for procedure in procedures.values()} | {document.business for document in documents.values()}
    groups = {name: group for business in sorted(used) for name, group in items[business].items()}
    titles = {name: title for business in used for name, title in read_group_titles(root / "items" / business, items[business]).items()}
    declared = Declared(groups, titles, codelists, read_substitutions(root / "characters" / "tables"))
    formats = {folder.name: read_format(folder, declared=declared) for folder in _folders(root / "formats")}
    copies = read_copies(root / "copies", sorted(items))
    frozen = (MappingProxyType(procedures), MappingProxyType(formats), MappingProxyType(items))
    kinds = read_notice_kinds(root, items, copies, {name: one.title for name, one in procedures.items()}, notice_rules)
    catalogue = Catalogue(root, *frozen, codelists, documents, copies, read_repeats(root / "repeats.yaml"), kinds, notice_rules)
    for procedure in procedures.values():
        _check_forms(catalogue, procedure)
    return catalogue


def _check_forms(catalogue: Catalogue, procedure: Procedure) -> None:
    """Every form version with every overlay is mapped or ignored to its last element."""
    for version, mapping in zip(procedure.versions, procedure.mappings, strict=True):
        plan = catalogue.plan(procedure, mapping, version.valid_from)
        shape = read_schema(parse_schema(procedure.forms[version.form]))
        check_coverage(plan, shape, procedure.folder / version.mapping)
        for overlay in procedure.overlays:
            if overlay.form_version == version.form:
                _plan_overlay(catalogue, procedure, overlay, version)


def _plan_overlay(catalogue: Catalogue, procedure: Procedure, overlay: Overlay, version: Version) -> None:
    try:
        catalogue.plan(procedure, overlay.mappings[version.valid_from], version.valid_from)
    except SpecError as error:
        # The base mapping was planned without a fault, so the fault is the overlay's.
        raise overlay.error(error.key, error.problem, error.allowed) from None


def mapping_for(procedure: Procedure, day: date, *, form_version: str, municipality: str = "") -> Mapping:
    """The mapping of this form version that is valid on the legal day, with the municipality's own questions if it has any.

    Raises Refused FORM_VERSION_UNKNOWN or, for a version that is known but not valid on that day, FORM_VERSION_NOT_VALID.
    """
    if form_version not in procedure.forms:
        raise refuse("FORM_VERSION_UNKNOWN", where=procedure.id)
    overlay = procedure.overlay(municipality, form_version)
    for version, mapping in zip(procedure.versions, procedure.mappings, strict=True):
        if version.form == form_version and version.valid_from <= day <= version.valid_until:
            return mapping if overlay is None else overlay.mappings[version.valid_from]
    raise refuse("FORM_VERSION_NOT_VALID", where=f"{procedure.form_id}/{form_version}")


def _folders(parent: Path) -> list[Path]:
    return sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith(("_", ".")))


def _read_procedure(folder: Path, items: Lookup[str, Lookup[str, Group]], notice_rules: tuple[Facts, Limits]) -> Procedure:
    procedure = read_spec(folder / "procedure.yaml", Procedure)
    file = folder / "procedure.yaml"
    if procedure.id != folder.name:
        raise SpecError(file=file, key="id", problem=f"{procedure.id} is not the folder's name", allowed=folder.name)
    if procedure.business not in items:
        raise SpecError(file=file, key="business", problem=f"no items for {procedure.business}", allowed=nearest(procedure.business, items))
    for version in procedure.versions:
        for key, name, kind in (("versions.schema", version.schema_file, "*.xsd"), ("versions.mapping", version.mapping, "mapping*.yaml")):
            if not (folder / name).is_file():
                allowed = nearest(name, [path.name for path in folder.glob(kind)])
                raise SpecError(file=file, key=key, problem=f"{name} is absent", allowed=allowed)
    mappings = tuple(read_spec(folder / version.mapping, Mapping) for version in procedure.versions)
    for version, mapping in zip(procedure.versions, mappings, strict=True):
        if mapping.form_version != version.form:
            raise SpecError(file=folder / version.mapping, key="form_version", problem="is another version's", allowed=version.form)
    check_validity(file, procedure)
    rules = read_rules(folder / "expectations.yaml")
    notices = read_spec(folder / "notices.yaml", Notices).notices
    check_notices(folder / "notices.yaml", notices, procedure.title, *notice_rules)
    _check_names(file, procedure, [notice.id for notice in notices])
    _check_period(file, procedure, mappings)
    own = mappings[0].records[0].group
    check_consents(folder / "notices.yaml", notices, {name for mapping in mappings for name in mapping.records[0].fields})
    check_rules(folder / "expectations.yaml", procedure, rules, items[procedure.business], own)
    _check_rounds(file, procedure, items[procedure.business].get(own, {}))
    _check_kinds(file, procedure, items[procedure.business].get(own, {}))
    _check_dates(file, procedure, {name for mapping in mappings for record in mapping.records for name in record.fields})
    overlays = read_overlays(folder, _form_versions(folder, procedure, mappings), items[procedure.business])
    read = {"folder": folder, "mappings": mappings, "overlays": overlays, "rules": rules, "notices": notices}
    return procedure.model_copy(update=read)


def _check_period(file: Path, procedure: Procedure, mappings: tuple[Mapping, ...]) -> None:
    """What names the period is an element of the form that some version reads."""
    records = [record for mapping in mappings for record in mapping.records]
    read = [(record.at, path) for record in records for source in record.fields.values() for path in source.path]
    paths = {path if at == "." else f"{at}/{path}" for at, path in read}
    for path in procedure.period:
        if path not in paths:
            raise SpecError(file=file, key="period", problem=f"{path} is no element that the mapping reads", allowed=nearest(path, paths))


def _form_versions(folder: Path, procedure: Procedure, mappings: tuple[Mapping, ...]) -> list[FormVersion]:
    """Each form version once, with its mappings by their first day."""
    found: dict[str, dict[date, Mapping]] = {}
    for version, mapping in zip(procedure.versions, mappings, strict=True):
        found.setdefault(version.form, {})[version.valid_from] = mapping
    schemas = {version.form: folder / version.schema_file for version in procedure.versions}
    return [FormVersion(form, schemas[form], by_day) for form, by_day in found.items()]


def _check_documents(procedure: Procedure, documents: Lookup[str, Document]) -> None:
    """A document is read for a procedure of its business that names the persons it may be about."""
    roles = {role.role for role in procedure.roles}
    for document in procedure.documents:
        if not document.reads:
            continue
        key, file = f"documents.{document.code}.reads", procedure.folder / "procedure.yaml"
        found = documents.get(document.reads)
        if found is None:
            raise SpecError(file=file, key=key, problem=f"unknown document {document.reads}", allowed=nearest(document.reads, documents))
        if found.business != procedure.business or not roles & set(found.subject.roles):
            problem = f"{document.reads} is of business {found.business} and about {', '.join(found.subject.roles)}"
            raise SpecError(file=file, key=key, problem=problem, allowed=f"a procedure of {found.business} with such a role")


def _check_names(file: Path, procedure: Procedure, notices: list[str]) -> None:
    roles = [role.role for role in procedure.roles]
    for key, name in (("signature.signer", procedure.signature.signer), ("filer", procedure.filer)):
        if name not in roles:
            raise SpecError(file=file, key=key, problem=f"unknown role {name}", allowed=nearest(name, roles))
    for document in procedure.documents:
        if document.serves and document.serves not in roles:
            key = f"documents.{document.code}.serves"
            raise SpecError(file=file, key=key, problem=f"unknown role {document.serves}", allowed=nearest(document.serves, roles))
    for outcome in procedure.outcomes:
        if outcome.notice and outcome.notice not in notices:
            key = f"outcomes.{outcome.id}.notice"
            raise SpecError(file=file, key=key, problem=f"unknown notice {outcome.notice}", allowed=nearest(outcome.notice, notices))
        codes = [document.code for document in procedure.documents]
        for code in outcome.needs:
            if code not in codes:
                key = f"outcomes.{outcome.id}.needs"
                raise SpecError(file=file, key=key, problem=f"unknown document {code}", allowed=nearest(code, codes))


def _check_rounds(file: Path, procedure: Procedure, own: Group) -> None:
    if procedure.rounds is None:
        return
    for key, name in (("rounds.wish", procedure.rounds.wish), ("rounds", ROUND_ITEM), ("rounds", EARLIER_ITEM)):
        if name not in own:
            raise SpecError(file=file, key=key, problem=f"unknown item {name}", allowed=nearest(name, own))
    roles = [role.role for role in procedure.roles]
    if procedure.rounds.person not in roles:
        person = procedure.rounds.person
        raise SpecError(file=file, key="rounds.person", problem=f"unknown role {person}", allowed=nearest(person, roles))


def _check_kinds(file: Path, procedure: Procedure, own: Group) -> None:
    for place, one in enumerate(procedure.kinds):
        if one.item not in own:
            raise SpecError(file=file, key=f"kinds.{place}.item", problem=f"unknown item {one.item}", allowed=nearest(one.item, own))


def _check_dates(file: Path, procedure: Procedure, written: set[str]) -> None:
    named = [("dates.event", procedure.dates.event), ("dates.reason", procedure.dates.reason)]
    for place, one in enumerate(procedure.dates.reasons):
        named += [(f"dates.reasons.{place}.item", one.item), (f"dates.reasons.{place}.event", one.event)]
    for key, name in named:
        if name and name not in written:
            raise SpecError(file=file, key=key, problem=f"no mapping writes {name}", allowed=nearest(name, written))


def _no_portal_id_twice(root: Path, procedures: Lookup[str, Procedure]) -> None:
    seen: dict[str, str] = {}
    for procedure in procedures.values():
        other = seen.setdefault(procedure.portal_id, procedure.id)
        if other != procedure.id:
            file = root / "procedures" / procedure.id / "procedure.yaml"
            raise SpecError(file=file, key="portal_id", problem=f"{procedure.portal_id} is also {other}'s")
