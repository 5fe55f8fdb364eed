"""A day of an invented municipality, once balanced and once not."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from pipeline.pages.night import (
    DriftStop,
    ExchangeReport,
    FlagCheck,
    KindNight,
    NightReport,
    OpenDifferences,
    RefusedExtract,
    SourceRow,
)
from pipeline.pages.report import (
    AlarmRow,
    ChannelRow,
    CheckpointRow,
    Counts,
    DayReport,
    DeliveryRow,
    FreshnessRow,
    OpenApplication,
    ProcedureDay,
    SuiteDay,
)
from validation.results import CheckResult, SuiteResult
from vocabulary.clock import JST

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 18, 5, tzinfo=JST)


def _open(number: int, procedure: str, *codes: str) -> OpenApplication:
    since = DAY if number % 4 else date(2026, 11, 20)
    return OpenApplication(f"20261124-{number:08d}", procedure, "こども家庭課", codes, since)


def _suite(day: int, failed: int, *, broken: bool = False) -> SuiteDay:
    item = CheckResult("shimei:CHECK_REQUIRED", "shimei", "N", "", "CHECK_REQUIRED", "error", "hold", failed, "seikyu")
    rule = CheckResult("rule:koza", "koza_bango", "required_if", "koza", "CHECK_REQUIRED", "alert", "warn", 0, "seikyu")
    checks = () if broken else (item, rule)
    return SuiteDay(date(2026, 11, day), SuiteResult("jidoteate-nintei@3f2a9c", "3f2a9c", 120 + day, broken, checks))


EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=JST)
BEFORE = datetime(2026, 11, 23, 18, 0, tzinfo=JST)
TEATE = KindNight("児童手当 受給情報", EVENING, EVENING, 3120, 3118, 4, 12, 1, 1, 1, stopped=False, compared_on=DAY)
SESSHU = KindNight("予防接種歴", EVENING, BEFORE, 30_400, 29_800, 0, 0, 0, 0, 6200, stopped=True, compared_on=None)
NIGHT = NightReport(
    night=DAY,
    flags=FlagCheck(checked=41, missing=2, set_now=1, at=NOW),
    kinds=(TEATE, SESSHU),
    stops=(DriftStop("予防接種歴", DAY, 6200, 29_800, approved=False),),
    refused=(RefusedExtract("jifuyo", "472018_jifuyo-jukyu_full_202611241800.csv", 812, "LEDGER_TRUNCATED", NOW),),
    differences=(
        OpenDifferences("児童手当 受給情報", "value", "", "児童手当グループ", {"today": 1, "week": 2}),
        OpenDifferences("予防接種歴", "missing_there", "drift", "母子保健グループ", {"today": 6200}),
    ),
)
EXCHANGE = ExchangeReport(
    night=DAY,
    fetched=870,
    settled_until=date(2026, 11, 21),
    first=date(2026, 11, 10),
    last=date(2026, 11, 21),
    there=870,
    here=861,
    matched=852,
    uncovered=6,
    anomalies={"unrequested": {"today": 1}, "only_there": {"today": 2, "month": 1}, "volume": {"longer": 1}},
    sources=(
        SourceRow("gateway", "gateway", True, 14, 14, DAY),
        SourceRow("terminal-book", "terminal-book", False, 3, 0, None),
    ),
)
REPORT = DayReport(
    municipality="那覇市",
    day=DAY,
    made_at=NOW,
    balanced=True,
    procedures=(
        ProcedureDay("jidoteate-nintei", "児童手当 認定請求", "こども家庭課", Counts(140, 1, 1, 0, 138, 6, 120, 1, 1, 20, 2)),
        ProcedureDay("hoiku-riyo", "保育施設等利用申込", "保育課", Counts(90, 0, 1, 0, 89, 0, 87, 0, 0, 2, 0)),
        ProcedureDay("ninshin-todokede", "妊娠の届出", "母子保健課", Counts(60, 0, 0, 0, 60, 0, 58, 0, 1, 1, 0)),
        ProcedureDay("out-of-scope", "取り扱わない手続", "情報政策課", Counts(10, 0, 0, 10)),
    ),
    held=(
        *(_open(n, "児童手当 認定請求", "PERSON_NOT_FOUND") for n in range(1, 8)),
        *(_open(n, "児童手当 認定請求", "SIG_INVALID") for n in range(11, 16)),
        *(_open(n, "児童手当 認定請求", "CHECK_REQUIRED", "CHECK_DATE") for n in range(21, 29)),
        _open(31, "保育施設等利用申込", "ATT_TYPE"),
        _open(32, "保育施設等利用申込", "ZIP_TOO_LARGE"),
        _open(33, "妊娠の届出", "CHAR_UNMAPPABLE"),
    ),
    waiting=(_open(41, "児童手当 認定請求", "CRL_STALE"), _open(42, "児童手当 認定請求", "CRL_STALE")),
    deliveries=(
        DeliveryRow("児童手当システム（ホスト）", "jn_472018_20261124_001.dat", 120, 98304, "ab" * 32, "読み戻し照合・受領書OK", NOW),
        DeliveryRow("保育システム", "028_hoiku_472018_20261124_001.csv", 87, 45210, "cd" * 32, "読み戻し照合", NOW),
        DeliveryRow("健康管理システム", "019_ninshin_472018_20261124_001.csv", 58, 22010, "ef" * 32, "", NOW),
    ),
    missing_evidence=("健康管理システム（受領書待ち）",),
    channels=(ChannelRow("申請処理状況", 287, 280), ChannelRow("お知らせ", 264, 250, 9)),
    freshness=(
        FreshnessRow("番号紐付情報", datetime(2026, 11, 24, 6, 0, tzinfo=JST), "1日以内", stale=False),
        FreshnessRow("署名用認証局03 失効情報", datetime(2026, 11, 20, 3, 0, tzinfo=JST), "48時間以内", stale=True),
        FreshnessRow("住民情報（住登外）", None, "7日以内", stale=True),
    ),
    checkpoint=CheckpointRow(18_342, "9f" * 32, NOW),
    alarms=(
        AlarmRow("FORM_VERSION_UNKNOWN", "F28002/2027-04", NOW, NOW, 1),
        AlarmRow("DESTINATION_UNREACHABLE", "kenko-kanri", NOW, NOW, 3),
    ),
    suites=(
        _suite(19, 0),
        _suite(20, 3),
        _suite(24, 8),
        _suite(24, 1),
        SuiteDay(DAY, SuiteResult("hoiku-riyo@77ab01", "77ab01", 87, True, ())),
    ),
    night=NIGHT,
    exchange=EXCHANGE,
)


@pytest.fixture(scope="session")
def report() -> DayReport:
    """A day that balances."""
    return REPORT


@pytest.fixture
def unbalanced() -> DayReport:
    """The same day with one application lost."""
    first = REPORT.procedures[0]
    lost = replace(first, counts=replace(first.counts, delivered=119), problems=("引渡しと受領の件数が合いません：20261124-00000077",))
    return replace(REPORT, balanced=False, procedures=(lost, *REPORT.procedures[1:]))
