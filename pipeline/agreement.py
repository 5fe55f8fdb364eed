"""Agreement (照合): what a claim and a resident have in common. An absent item neither agrees nor differs."""

from dataclasses import dataclass

from mappings.form import PersonClaim
from pipeline.residents import Resident
from vocabulary.addresses import same_address
from vocabulary.dates import read_date
from vocabulary.names import kana_key, same_name

ITEMS = {"name": "氏名", "kana": "カナ", "birth": "生年月日", "sex": "性別", "address": "住所"}
"""The basic items with their titles, in the order in which they are told."""

_SEXES = ("1", "2")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Names of the items that agree and of those that differ; the others are not known on both sides."""

    agrees: tuple[str, ...]
    differs: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether all five items agree."""
        return len(self.agrees) == len(ITEMS)


def agreement_of(claim: PersonClaim, resident: Resident) -> Agreement:
    """How a claim and a resident agree, item by item."""
    found = {
        "name": same_name(claim.name, resident.name) if claim.name and resident.name else None,
        "kana": kana_key(claim.kana) == kana_key(resident.kana) if claim.kana and resident.kana else None,
        "birth": _same_day(claim, resident),
        "sex": claim.sex == resident.sex if claim.sex in _SEXES and resident.sex in _SEXES else None,
        "address": _same_home(claim, resident) if claim.address and resident.address else None,
    }
    agrees, differs = (tuple(item for item in ITEMS if found[item] is wanted) for wanted in (True, False))
    return Agreement(agrees, differs)


def _same_day(claim: PersonClaim, resident: Resident) -> bool | None:
    """None where 不詳 is on both sides: what nobody knows proves nobody."""
    if claim.birth_unknown and resident.birth_unknown:
        return None if is_same_birth(claim, resident) else False
    return is_same_birth(claim, resident)


def _same_home(claim: PersonClaim, resident: Resident) -> bool:
    """With 方書 or, where the form leaves it out, without; another 方書 is another home."""
    return same_address(claim.address, resident.address) or same_address(claim.address, f"{resident.address}{resident.building}")


def is_same_person(claim: PersonClaim, resident: Resident) -> bool:
    """Name (variant-tolerant, kanji or kana) and birth date agree; a birth date 不詳 on both sides is compared as text."""
    named = same_name(claim.name, resident.name) or (bool(claim.kana) and kana_key(claim.kana) == kana_key(resident.kana))
    return named and is_same_birth(claim, resident)


def is_same_in_household(claim: PersonClaim, member: Resident) -> bool:
    """Within a household: kana and birth date agree."""
    return bool(claim.kana) and kana_key(claim.kana) == kana_key(member.kana) and is_same_birth(claim, member)


def is_same_birth(claim: PersonClaim, resident: Resident) -> bool:
    """Whether the birth dates say the same; 不詳 only agrees with 不詳 of the same wording or the same known parts."""
    if claim.birth_unknown != resident.birth_unknown:
        return False
    if claim.birth_unknown and claim.birth.strip() == resident.birth_text.strip():
        return bool(claim.birth.strip())
    written, registered = read_date(claim.birth), read_date(resident.birth)
    return written is not None and registered is not None and written.year > 0 and written.iso == registered.iso
