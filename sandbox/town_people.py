"""Residents, households and cards of the synthetic town (住民・世帯・個人番号カード) as values."""

from dataclasses import dataclass
from datetime import date

from sandbox.addresses import Home


@dataclass(frozen=True, slots=True)
class Card:
    """One authentication certificate of a resident (利用者証明用電子証明書).

    change: 1 新規, 3 失効 (更新区分). feed: the link file that tells of it: full, delta, or none when the office has not written it yet.
    """

    serial: str
    valid_from: date
    valid_until: date
    change: str = "1"
    feed: str = "full"


@dataclass(frozen=True, slots=True)
class Resident:
    """One person of the register.

    atena, household: 15 digits. number: 個人番号. birth_unknown: phrase (不詳表記) when the day is not known. sex: 1 or 2.
    relation: 続柄. kind: 住民区分 1 住民, 2 住登外, 3 転出, 4 死亡. work: 1 会社員等, 2 公務員, 3 自営業, 4 その他無職.
    feed: the resident extract that holds the person, full or delta.
    """

    atena: str
    household: str
    number: str
    family: str
    given: str
    family_kana: str
    given_kana: str
    birth: date
    sex: str
    relation: str
    home: Home
    moved: date
    birth_unknown: str = ""
    kind: str = "1"
    protected: bool = False
    work: str = "1"
    died: date | None = None
    feed: str = "full"
    cards: tuple[Card, ...] = ()

    @property
    def name(self) -> str:
        """氏名: 氏, one full-width space, 名."""
        return f"{self.family}　{self.given}"

    @property
    def kana(self) -> str:
        """氏名カナ in full-width katakana."""
        return f"{self.family_kana}　{self.given_kana}"

    def school_year_age(self, day: date) -> int:
        """Age on the 1 April that began the fiscal year of ``day``; a birthday on 1 or 2 April decides the school year (年齢計算)."""
        april = date(day.year if day.month >= 4 else day.year - 1, 4, 1)
        return april.year - self.birth.year - ((april.month, april.day) < (self.birth.month, self.birth.day))


@dataclass(frozen=True, slots=True)
class Household:
    """A family as the town knows it. Members who live apart carry another household number.

    parents: the living ones, the earner first. children: eldest first, up to university age. elders: grandparents in the same household.
    departed: the parent who died, when there is one. former: municipality that the family came from, when it moved in.
    """

    kind: str
    parents: tuple[Resident, ...]
    children: tuple[Resident, ...] = ()
    elders: tuple[Resident, ...] = ()
    departed: Resident | None = None
    former: Home | None = None

    @property
    def members(self) -> tuple[Resident, ...]:
        """Everyone, the departed included."""
        return (*self.parents, *self.children, *self.elders, *((self.departed,) if self.departed else ()))

    def minors(self, day: date) -> tuple[Resident, ...]:
        """Children up to the 31 March after their 18th birthday (児童), youngest last."""
        return tuple(child for child in self.children if child.school_year_age(day) < 18)

    def students(self, day: date) -> tuple[Resident, ...]:
        """Children of university age (大学生年代): the four school years after that."""
        return tuple(child for child in self.children if 18 <= child.school_year_age(day) < 22)
