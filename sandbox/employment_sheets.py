"""就労証明書 as employers hand it in: two layouts of the same form, with other item numbers, order and ways to write a value."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sandbox.employment import Employment, Shift, employment
from sandbox.forms import Document, Occasion
from sandbox.town_people import Resident
from sandbox.workbook_file import Page, Value, workbook

INDUSTRIES = (
    "農業・林業", "漁業", "鉱業・採石業・砂利採取業", "建設業", "製造業", "電気・ガス・熱供給・水道業", "情報通信業", "運輸業・郵便業",
    "卸売業・小売業", "金融業・保険業", "不動産業・物品賃貸業", "学術研究・専門・技術サービス業", "宿泊業・飲食サービス業",
    "生活関連サービス業・娯楽業", "教育・学習支援業", "医療・福祉", "複合サービス事業", "公務", "その他",
)  # fmt: skip
FORMS = (
    "正社員", "パート・アルバイト", "派遣社員", "契約社員", "会計年度任用職員", "非常勤・臨時職員", "役員", "自営業主", "自営業専従者",
    "家族従業者", "内職", "業務委託", "その他",
)  # fmt: skip
LEAVES = ("取得予定", "取得中", "取得済み")


@dataclass(slots=True)
class _Sheet:
    """A sheet being filled from top to bottom."""

    cells: dict[tuple[int, int], Value] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    row: int = 0

    def line(self, *values: Value | None, begin: int = 1) -> None:
        """The next row; None leaves a cell empty."""
        self.row += 1
        self.cells |= {(self.row, begin + place): value for place, value in enumerate(values) if value is not None}

    def page(self, name: str) -> Page:
        """The sheet as it stands."""
        return Page(name, self.cells, self.merged)


def certificate_of(resident: Resident, occasion: Occasion) -> Document:
    """The 就労証明書 of a resident as it is attached: mostly the employer's workbook, now and then a photograph or a scan of it."""
    kind = occasion.chance.choices(("xlsx", "jpg", "pdf"), (7, 2, 1))[0]
    if kind != "xlsx":
        return Document("employment", "就労証明書", kind)
    layout = occasion.chance.choice((standard_sheet, standard_sheet, town_sheet))
    facts = employment(resident, filed=occasion.submitted.date(), chance=occasion.chance)
    return Document("employment", "就労証明書", kind, layout(facts))


def standard_sheet(facts: Employment) -> bytes:
    """The state's layout: number, label, value in narrow cells; □ and ☑ in cells of their own, a section merged beside its rows."""
    sheet, employer = _Sheet(), facts.employer
    sheet.line("就労証明書")
    sheet.merged.append((1, 1, 1, 20))
    sheet.line(None, None, "証明日", "西暦", *_day(facts.certified))
    for label, value in (("事業所名", employer.name), ("代表者名", employer.head), ("所在地", employer.address)):
        sheet.line(None, None, label, value)
    for label, value in (("電話番号", employer.phone), ("担当者名", employer.clerk), ("記載者連絡先", employer.phone)):
        sheet.line(None, None, label, value)
    sheet.line("No.", None, "項目", "記載欄")
    sheet.line(1, None, "業種", *_ticks(INDUSTRIES, employer.industry), "（", "造園業" if employer.industry == "その他" else None, "）")
    sheet.line(2, None, "フリガナ", facts.kana)
    sheet.line(None, None, "本人氏名", facts.name)
    sheet.line(None, None, "生年月日", *_day(facts.birth))
    term = _ticks(("無期", "有期"), "有期" if facts.until else "無期")
    sheet.line(3, None, "雇用（予定）期間等", *term, "期間", *_day(facts.since), "～", *_day(facts.until))
    sheet.line(4, None, "本人就労先事業所名", employer.name)
    sheet.line(None, None, "本人就労先住所", employer.address)
    sheet.line(5, None, "雇用の形態", *_ticks(FORMS, facts.form))
    _standard_hours(sheet, facts)
    months = [(one.year, "年", one.month, "月", one.days, "日／月", *_hours(one.minutes), "／月") for one in facts.months]
    sheet.line(8, None, "就労実績", *(value for month in months for value in month))
    sheet.line(9, None, "産前・産後休業の取得", *_ticks(LEAVES, ""), "期間", *_day(None), "～", *_day(None))
    leave = facts.leave
    period = (*_day(leave.start), "～", *_day(leave.end)) if leave else ()
    sheet.line(10, None, "育児休業の取得", *_ticks(LEAVES, leave.state if leave else ""), "期間", *period)
    sheet.line(11, None, "復職（予定）年月日", *_ticks(("復職予定", "復職済み"), "復職予定" if facts.back else ""), *_day(facts.back))
    sheet.line(12, None, "備考", facts.remark or None)
    sheet.line("追加的記載項目欄")
    sheet.line(13, None, "単身赴任の有無", *_ticks(("有", "無"), "無"))
    return workbook([sheet.page("標準的な様式"), Page("プルダウンリスト", {(1, 1): "正社員"})])


def town_sheet(facts: Employment) -> bytes:
    """A town's layout: labels in column B, one value each, picked from lists; hours under headings; results as a table."""
    sheet, employer = _Sheet(), facts.employer
    sheet.line("就労証明書（保育所等用）")
    sheet.line(None, "本人氏名", facts.name, "生年月日", facts.birth)
    sheet.line(None, "フリガナ", facts.kana)
    sheet.line("①", "業種", employer.industry, "造園業" if employer.industry == "その他" else None)
    sheet.line("②", "雇用形態", facts.form)
    end = f"～{facts.until.isoformat()}" if facts.until else "～"
    sheet.line("③", "雇用期間", "有期" if facts.until else "無期", facts.since.isoformat() + end)
    _town_hours(sheet, facts)
    sheet.line("⑤", "直近3か月の就労実績")
    sheet.line(None, "年月", "就労日数", "時間数")
    for one in facts.months:
        sheet.line(None, f"{one.year}年{one.month}月", one.days, f"{one.minutes // 60}:{one.minutes % 60:02d}")
    leave = facts.leave
    sheet.line("⑥", "育児休業", leave.state if leave else None, f"{_slashes(leave.start)}から{_slashes(leave.end)}まで" if leave else None)
    sheet.line("⑦", "復職年月日", "復職予定" if facts.back else None, facts.back)
    sheet.line("⑧", "備考", facts.remark or None)
    sheet.line("下記の内容について事実であることを証明します。")
    sheet.line(None, "証明年月日", facts.certified)
    for label, value in (("証明事業所名", employer.name), ("事業所所在地", employer.address), ("代表者氏名", employer.head)):
        sheet.line(None, label, value)
    sheet.line(None, "事業所電話番号", employer.phone)
    return workbook([sheet.page("就労証明書")])


def _standard_hours(sheet: _Sheet, facts: Employment) -> None:
    fixed, shifts = (facts, None) if facts.weekday else (None, facts)
    top = sheet.row + 1
    for heading, worked, label in (("就労時間（固定就労の場合）", fixed, "平日"), ("就労時間（変則就労の場合）", shifts, "主な就労時間帯")):
        hours = (*_hours(worked.minutes), "（うち休憩時間", worked.rest, "分）") if worked else (None, "時間", None, "分")
        sheet.line(6, heading, "合計時間", "月間", *hours)
        sheet.line(None, None, "就労日数", "月間", worked.days if worked else None, "日")
        sheet.line(None, None, label, *(_times(facts.weekday) if worked and label == "平日" else ()))
        sheet.merged.append((top, 2, top + 2, 2))
        top += 3


def _town_hours(sheet: _Sheet, facts: Employment) -> None:
    sheet.line("④", "固定就労" if facts.weekday else "変則就労")
    hours, minutes = divmod(facts.minutes, 60)
    sheet.line(None, "就労時間合計", f"月間{hours}時間{minutes}分（うち休憩{facts.rest}分）")
    sheet.line(None, "就労日数", f"一月当たり{facts.days}日")
    if facts.weekday:
        sheet.line(None, "平日", f"{facts.weekday.start}～{facts.weekday.end}", f"うち休憩{facts.weekday.rest}分")


def _ticks(names: Sequence[str], chosen: str) -> list[Value]:
    return [value for name in names for value in ("☑" if name == chosen else "□", name)]


def _day(day: date | None) -> tuple[Value | None, ...]:
    return (day.year, "年", day.month, "月", day.day, "日") if day else (None, "年", None, "月", None, "日")


def _hours(minutes: int) -> tuple[Value, ...]:
    return (minutes // 60, "時間", minutes % 60, "分")


def _times(shift: Shift | None) -> tuple[Value, ...]:
    if shift is None:
        return ()
    (begin, first), (end, last) = shift.start.split(":"), shift.end.split(":")
    return (int(begin), "時", first, "分", "～", int(end), "時", last, "分", "（うち休憩時間", shift.rest, "分）")


def _slashes(day: date) -> str:
    return f"{day.year}/{day.month}/{day.day}"
