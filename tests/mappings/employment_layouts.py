"""A third layout of the 就労証明書, with labels above values and 和暦, and the records that every layout must give."""

from sandbox.employment import Employment
from sandbox.workbook_file import Page, Value, workbook
from vocabulary.dates import to_wareki
from vocabulary.widths import to_full

LEAVE_CODES = {"取得予定": "1", "取得中": "2", "取得済み": "3"}
FORM_CODES = {"正社員": "01", "パート・アルバイト": "02", "契約社員": "04", "会計年度任用職員": "05"}


def headed_sheet(facts: Employment) -> bytes:
    """Labels in a row, values under them; other item numbers; days in 和暦, some behind a colon in the label's own cell."""
    employer, leave = facts.employer, facts.leave
    hours = f"月間 {facts.minutes // 60}時間{facts.minutes % 60:02d}分 うち休憩時間 {facts.rest // 60}時間{facts.rest % 60}分"
    shift = facts.weekday
    other = "（造園業）" if employer.industry == "その他" else ""
    rows: list[list[Value | None]] = [
        ["No.3 備考", "No.4 業種", "(5)本人氏名", "(6)フリガナ", "(7) 生年月日"],
        [facts.remark or None, f"■{employer.industry}{other}　□ほか", facts.name, facts.kana, to_wareki(facts.birth)],
        [],
        ["証明日：" + to_wareki(facts.certified), None, "事業所名", "所在地", "電話番号", "代表者名"],
        [None, None, employer.name, employer.address, employer.phone, employer.head],
        [],
        ["雇用（予定）期間", "雇用の形態", "育児休業の取得", "復職(予定)日"],
        [
            f"☑{'有期' if facts.until else '無期'} {to_wareki(facts.since)}〜{to_wareki(facts.until) if facts.until else ''}",
            f"✔ {facts.form}",
            f"☑{leave.state}\n{to_wareki(leave.start)}～{to_wareki(leave.end)}" if leave else "□取得予定　□取得中　□取得済",
            f"☑ 復職予定 {to_wareki(facts.back)}" if facts.back else None,
        ],
        [],
        ["就労実績"],
        ["年月", *(f"{one.year}/{one.month}" for one in facts.months)],
        ["日数", *(f"{one.days}日" for one in facts.months)],
        ["時間数", *(f"{one.minutes // 60}時間{one.minutes % 60}分" for one in facts.months)],
        [],
        ["固定就労の場合" if shift else "変則就労の場合"],
        [None, "合計時間", hours],
        [None, "就労日数", f"月間 {facts.days} 日"],
    ]
    if shift:
        rows.append([None, "平日", f"{shift.start}から{shift.end}まで（うち休憩時間{shift.rest}分）"])
    cells = {(row, column): value for row, line in enumerate(rows, 1) for column, value in enumerate(line, 1) if value is not None}
    return workbook([Page("証明書", cells)])


def expected_values(facts: Employment) -> dict[str, str]:
    """The items that all three layouts carry."""
    employer = facts.employer
    found = {
        "shomeinengappi": facts.certified.isoformat(),
        "jigyoshomei": to_full(employer.name),
        "daihyoshamei": to_full(employer.head),
        "jigyoshoshozaichi": to_full(employer.address),
        "jigyoshodenwabango": employer.phone.replace("-", ""),
        "shimei": to_full(facts.name),
        "shimei_kana": to_full(facts.kana),
        "seinengappi": facts.birth.isoformat(),
        "koyokikankubun": "2" if facts.until else "1",
        "koyokaishibi": facts.since.isoformat(),
        "koyokeitai": FORM_CODES[facts.form],
        **({"koyoshuryobi": facts.until.isoformat()} if facts.until else {}),
        **({"biko": to_full(facts.remark)} if facts.remark else {}),
        **({"gyoshu_sonota": "造園業"} if employer.industry == "その他" else {}),
    }
    return found | _hours(facts) | _leave(facts)


def _hours(facts: Employment) -> dict[str, str]:
    kind = "kotei" if facts.weekday else "hensoku"
    found = {f"{kind}_getsukanfun": str(facts.minutes), f"{kind}_kyukeifun": str(facts.rest), f"{kind}_getsukannissu": str(facts.days)}
    if facts.weekday:
        found |= {"kotei_heijitsu_kaishijikoku": facts.weekday.start, "kotei_heijitsu_shuryojikoku": facts.weekday.end}
        found["kotei_heijitsu_kyukeifun"] = str(facts.weekday.rest)
    return found


def _leave(facts: Employment) -> dict[str, str]:
    found = {"fukushoku_kubun": "1", "fukushokubi": facts.back.isoformat()} if facts.back else {}
    if facts.leave:
        found["ikukyu_jokyo"] = LEAVE_CODES[facts.leave.state]
        found |= {"ikukyu_kaishibi": facts.leave.start.isoformat(), "ikukyu_shuryobi": facts.leave.end.isoformat()}
    return found


def expected_rows(facts: Employment) -> tuple[dict[str, str], ...]:
    """The months that were worked."""
    return tuple(
        {"shuronengetsu": f"{one.year}-{one.month:02d}", "shuronissu": str(one.days), "shurofun": str(one.minutes)} for one in facts.months
    )
