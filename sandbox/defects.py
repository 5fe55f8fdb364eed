"""Catalogue of defects (不備・特例の一覧): the data of ``defects.yaml`` and the closed table of functions that build them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from types import MappingProxyType

import yaml

from sandbox import defects_container, defects_course, defects_identity, defects_signature
from sandbox.applications import Bureau, Slot
from sandbox.listing_lines import Line

Builder = Callable[[Bureau, Sequence[Slot]], list[Line]]

BUILDERS: Mapping[str, Builder] = MappingProxyType({
    builder.__name__: builder
    for builder in (
        defects_signature.changed_after_signing, defects_signature.evil_twin, defects_signature.comment_in_value,
        defects_signature.unsigned_required, defects_signature.unsigned_allowed, defects_signature.signer_not_claimant,
        defects_signature.signer_is_relative, defects_signature.certificate_expired, defects_signature.revoked_before_signing,
        defects_signature.revoked_after_signing_moved, defects_signature.revoked_after_signing_renewed,
        defects_signature.authentication_certificate, defects_signature.stale_crl,
        defects_container.zip_bomb, defects_container.zip_path_outside, defects_container.zip_duplicate, defects_container.zip_truncated,
        defects_container.xml_doctype, defects_container.xml_shift_jis, defects_container.unknown_form_version,
        defects_container.executable_named_pdf, defects_container.heic, defects_container.attachment_swapped,
        defects_identity.numbers_exchanged, defects_identity.number_wrong_check_digit, defects_identity.number_differs_from_register,
        defects_identity.unknown_serial, defects_identity.reissued_serial, defects_identity.twins, defects_identity.spouse_protected,
        defects_identity.character_without_cp932, defects_identity.birth_date_unknown, defects_identity.public_servant,
        defects_course.receipt_conflict, defects_course.filed_twice, defects_course.filed_again_before_deadline,
        defects_course.withdrawn_before_fetch,
        defects_course.changed_after_listing, defects_course.document_by_post, defects_course.public_money_account_chosen,
    )
})  # fmt: skip
"""Name in ``defects.yaml`` → what builds it."""

STALE_CRL = "stale-crl"
GOOD_LINES: Mapping[str, int] = MappingProxyType({"filed-twice": 0, "filed-again-before-deadline": 1})
"""Which of a defect's lines is as good as any: of two claims the first, of two nursery applications the last."""


@dataclass(frozen=True, slots=True)
class Defect:
    """A row of ``defects.yaml``. expected: its outcome, such as held:ZIP_NAME. lines: how many lines of the portal's list it takes."""

    name: str
    title: str
    procedure: str
    expected: str
    builder: str
    lines: int = 1


@cache
def catalogue() -> Mapping[str, Defect]:
    """All defects by name, in the order of the file. Raises ValueError for a builder that does not exist."""
    text = resources.files("sandbox").joinpath("defects.yaml").read_text(encoding="utf-8")
    defects = [Defect(**row) for row in yaml.safe_load(text)]
    for defect in defects:
        if defect.builder not in BUILDERS:
            raise ValueError(f"sandbox/defects.yaml: {defect.name}: builder is not one of {', '.join(BUILDERS)}")
    return MappingProxyType({defect.name: defect for defect in defects})


def choose(names: Sequence[str] | None, *, room: int) -> list[Defect]:
    """The defects to include: those named, or (None) as many of the catalogue, in its order, as fit into ``room`` lines.

    Raises ValueError when a name is unknown or the named ones need more lines than there are.
    """
    known = catalogue()
    if names is None:
        return list(_fitting(known.values(), room))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"unknown defects: {', '.join(unknown)}; known are {', '.join(known)}")
    chosen = [known[name] for name in names]
    if sum(defect.lines for defect in chosen) > room:
        raise ValueError(f"the defects need more than the {room} lines that leave at least half of the applications good")
    return chosen


def _fitting(defects: Iterable[Defect], room: int) -> Iterable[Defect]:
    for defect in defects:
        if defect.lines <= room:
            room -= defect.lines
            yield defect


def build(defect: Defect, bureau: Bureau, slots: Sequence[Slot]) -> list[Line]:
    """The lines of a defect, marked with its name; a good one among them stays unmarked."""
    lines = BUILDERS[defect.builder](bureau, slots)
    good = GOOD_LINES.get(defect.name)
    return [line if place == good else replace(line, defect=defect.name) for place, line in enumerate(lines)]
