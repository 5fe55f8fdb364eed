"""What an employer certifies (就労証明書) of a resident who works: synthetic, and consistent with the town."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sandbox.town_dice import dice
from sandbox.town_people import Resident


@dataclass(frozen=True, slots=True)
class Employer:
    """An employer of the town. industry: as the form's list of 業種 names it."""

    name: str
    industry: str
    address: str
    phone: str
    head: str
    clerk: str


EMPLOYERS = (
    Employer("有限会社那覇物産", "卸売業・小売業", "沖縄県那覇市泉崎一丁目２０番１号", "098-800-0101", "国場 一郎", "宮城 花子"),
    Employer("株式会社美ら海観光", "宿泊業・飲食サービス業", "沖縄県那覇市久茂地二丁目８番３号", "098-800-0102", "比嘉 美咲", "上原 健"),
    Employer("泉崎総合病院", "医療・福祉", "沖縄県那覇市泉崎二丁目１番５号", "098-800-0103", "大城 誠", "金城 恵"),
    Employer("国場建設工業株式会社", "建設業", "沖縄県那覇市国場四百十番地", "098-800-0104", "国場 豊", "新垣 優"),
    Employer("おもろ商事", "その他", "沖縄県那覇市おもろまち三丁目３番７号", "098-800-0105", "島袋 学", "玉城 愛"),
)


@dataclass(frozen=True, slots=True)
class Shift:
    """Times of a working day, and minutes of rest in it."""

    start: str
    end: str
    rest: int


@dataclass(frozen=True, slots=True)
class Month:
    """What was worked in a month. minutes: with rest and overtime."""

    year: int
    month: int
    days: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Leave:
    """A leave. state: as the form names it (取得予定, 取得中, 取得済み)."""

    state: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Employment:
    """A certificate's content. until: end of a fixed-term employment. weekday: None for shift work (変則就労). remark: 備考."""

    certified: date
    employer: Employer
    name: str
    kana: str
    birth: date
    form: str
    since: date
    until: date | None
    minutes: int
    rest: int
    days: int
    weekday: Shift | None
    months: tuple[Month, ...]
    leave: Leave | None = None
    back: date | None = None
    remark: str = ""


def employer_of(resident: Resident) -> Employer:
    """Where the resident works; always the same."""
    return dice(resident.atena, "employer").choice(EMPLOYERS)


def employment(resident: Resident, *, filed: date, chance: Random) -> Employment:
    """The certificate of a resident, made some weeks before the filing."""
    part_time = chance.random() < 0.4
    days = chance.choice((14, 16, 18)) if part_time else chance.choice((20, 21, 22))
    daily = chance.choice((300, 360)) if part_time else 540
    on_leave = chance.random() < 0.2
    leave = Leave("取得中", filed - timedelta(days=150), date(filed.year + 1, 3, 31)) if on_leave else None
    return Employment(
        certified=filed - timedelta(days=chance.randint(3, 40)),
        employer=employer_of(resident),
        name=resident.name,
        kana=resident.kana,
        birth=resident.birth,
        form="パート・アルバイト" if part_time else chance.choice(("正社員", "正社員", "契約社員", "会計年度任用職員")),
        since=date(filed.year - chance.randint(1, 9), 4, 1),
        until=date(filed.year + 1, 3, 31) if part_time else None,
        minutes=days * daily,
        rest=days * 60,
        days=days,
        weekday=Shift("09:00", f"{9 + daily // 60:02d}:00", 60) if chance.random() < 0.8 else None,
        months=tuple(_month(filed, back, days, daily) for back in (3, 2, 1)) if leave is None else (),
        leave=leave,
        back=date(filed.year + 1, 4, 1) if on_leave else None,
        remark="" if chance.random() < 0.7 else "月により残業があります。",
    )


def _month(filed: date, back: int, days: int, daily: int) -> Month:
    first = filed.replace(day=1)
    for _ in range(back):
        first = (first - timedelta(days=1)).replace(day=1)
    worked = days - back % 2
    return Month(first.year, first.month, worked, worked * daily)
