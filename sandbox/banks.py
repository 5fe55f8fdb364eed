"""Accounts (振込口座) at real banks of 沖縄 and ゆうちょ, with the holder's name in half-width kana as banks write it (口座名義カナ)."""

from dataclasses import dataclass
from functools import cache
from random import Random

from vocabulary.bank import HOLDER_LENGTH, YUCHO_BANK_CODE, to_holder_kana

BANKS = ("0187", "0188", "0596", "1996", YUCHO_BANK_CODE)


@dataclass(frozen=True, slots=True)
class Account:
    """An account. bank 4 digits, branch 3, kind 1 普通 or 4 貯蓄, number 7 digits, holder in half-width kana of at most 30."""

    bank: str
    branch: str
    kind: str
    number: str
    holder: str

    @property
    def is_ordinary_postal(self) -> bool:
        """Whether it is a 通常貯金 of ゆうちょ銀行, which its holder knows by 記号 and 番号."""
        return (self.bank, self.kind, self.branch[2:]) == (YUCHO_BANK_CODE, "1", "8")


@cache
def _branches(bank: str) -> tuple[str, ...]:
    from zengin_code import Bank

    return tuple(sorted(Bank.all[bank].branches))


def pick_account(chance: Random, *, holder_kana: str) -> Account:
    """One account in the name of ``holder_kana`` (full-width)."""
    bank = chance.choice(BANKS)
    branch = chance.choice(_branches(bank))
    return Account(
        bank, branch, chance.choice("1114"), f"{chance.randrange(1, 10**7):07}", to_holder_kana(holder_kana)[:HOLDER_LENGTH].strip()
    )
