"""Sheets of invented people whose names ask for rare characters and variation sequences."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.printing.case_sheet import (
    Agreement,
    CaseSheet,
    ComparisonRow,
    DocumentRow,
    DocumentState,
    FindingRow,
    ItemRow,
    PersonRow,
)

SHEET = CaseSheet(
    municipality="那覇市",
    section="こども家庭課 児童手当係",
    procedure="児童手当 認定請求",
    kind="請求",
    receipt="20261124-00000123",
    intake_number="令和8年度 児手 第00042号",
    intake_on=date(2026, 11, 24),
    filed_on=date(2026, 11, 22),
    signature="有効（署名者は請求者と一致）",
    people=(
        PersonRow("請求者", "髙﨑　𠮷郎", "タカサキ　ヨシロウ", "昭和62年3月4日", "000000000000019", "一致"),
        PersonRow("配偶者", "葛󠄀城　花子", "カツラギ　ハナコ", "平成元年5月1日", "000000000000035", "一致", protected=True),
        PersonRow("児童1", "髙﨑　凛", "タカサキ　リン", "令和8年11月10日", "", "記載なし"),
    ),
    comparisons=(
        ComparisonRow("請求者", "氏名", "髙﨑　𠮷郎", "高崎　吉郎（代替文字あり）", "髙﨑　𠮷郎", Agreement.VARIANT),
        ComparisonRow("請求者", "生年月日", "昭和62年3月4日", "昭和62年3月4日", "昭和62年3月4日", Agreement.SAME),
        ComparisonRow(
            "請求者", "住所", "那覇市泉崎一丁目１番１号", "沖縄県那覇市泉崎１丁目１番１号", "那覇市樋川二丁目３番１号", Agreement.DIFFERENT
        ),
        ComparisonRow("配偶者", "氏名", "葛󠄀城　花子", "", "葛󠄀城　花子", Agreement.SAME),
        ComparisonRow("児童1", "氏名", "髙﨑　凛", "", "", Agreement.UNKNOWN),
    ),
    items=(
        ItemRow("請求事由", "01 出生"),
        ItemRow("事由発生日", "令和8年11月10日"),
        ItemRow("被用者区分", "1 会社員等（厚生年金）"),
        ItemRow("振込口座", "公金受取口座を利用"),
    ),
    findings=(FindingRow("PERSON_NOT_FOUND", "児童1"), FindingRow("DOCUMENT_OWED", "別居監護申立書")),
    documents=(
        DocumentRow("通帳の写し", DocumentState.ELECTRONIC, "添付01"),
        DocumentRow("別居監護申立書（原本）", DocumentState.BY_POST, "令和8年12月8日までに提出を依頼"),
    ),
    results=("認定", "却下", "補正を求める", "返戻"),
    start_month="令和8年12月分から",
    reasoning=("請求した日（令和8年11月22日）の属する月の翌月", "15日特例：出生の翌日から15日以内の請求のため、11月中の請求として扱う"),
)

LONG = "那覇市泉崎一丁目非常に長い名前の集合住宅ニライカナイ第二別館一〇二三号室" * 6
LONG_SHEET = replace(
    SHEET,
    people=SHEET.people[:2] + tuple(replace(SHEET.people[2], role=f"児童{n}", name="寿限無　" + "寿限無" * 15) for n in range(1, 13)),
    comparisons=tuple(replace(row, form=LONG, register=LONG) for row in SHEET.comparisons * 4),
    items=SHEET.items * 4,
    findings=SHEET.findings * 12,
    documents=SHEET.documents * 6,
)


@pytest.fixture
def sheet() -> CaseSheet:
    """A sheet of ordinary length."""
    return SHEET


@pytest.fixture
def long_sheet() -> CaseSheet:
    """A sheet with far more than a page can hold."""
    return LONG_SHEET
