"""Who sees records of exchange: readers only, each reading noted first; one person's records only; nothing deleted too early."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pipeline.errors import EvidenceBroken, SettingError
from pipeline.exchange.access import as_reader, open_record
from pipeline.exchange.anomalies import explain_anomaly, list_anomalies
from pipeline.exchange.disclosure import HEADER, check_bytes, disclose
from pipeline.exchange.purge import purge
from pipeline.flow import step_function
from pipeline.hub import Hub
from pipeline.journal.evidence_tables import alarms
from pipeline.journal.exchange_tables import exchange_reads, exchange_records
from sandbox import process
from sandbox.middle.exchanges import Exchange
from tests.night.conftest import EVENING, night_hub
from tests.night.test_exchange_nights import nights, truth

WHO, WHY = "kansa-01", "定例の点検"


def reads(hub: Hub) -> list[tuple[str, str, str]]:
    return [(row.who, row.reason, row.what) for row in hub.journal.rows(select(exchange_reads))]


def unmarked(one: Exchange) -> bool:
    return one.nondisclosure_inquirer == one.nondisclosure_provider == "0"


def test_records_are_seen_disclosed_and_purged_as_the_law_says(root: Path, running: process.Running, tmp_path: Path) -> None:
    nights(root, running, 1)
    happened = [one for one in truth(root, EVENING) if one.at_server and one.recorded_at <= EVENING]
    someone = next(one for one in reversed(happened) if unmarked(one))
    with night_hub(root) as hub:
        with pytest.raises(SettingError, match="may not look"):
            as_reader(hub, "somebody", WHY)
        assert reads(hub) == []
        assert "EXCHANGE_READ_REFUSED" in {row.kind for row in hub.journal.rows(select(alarms))}
        reader = as_reader(hub, WHO, WHY)
        assert open_record(hub, reader, someone.sequence)[1] == someone.atenabango
        assert reads(hub) == [(WHO, WHY, f"record/{someone.sequence}")]

        made = disclose(hub, reader, someone.atenabango, tmp_path / "kaiji.csv")
        data = (tmp_path / "kaiji.csv").read_bytes()
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        theirs = {one.sequence for one in happened if one.atenabango == someone.atenabango and unmarked(one)}
        assert {cells[0] for cells in lines[1:]} == {one for one in theirs if one[:4] > "2019"}
        assert made.records == len(lines) - 1
        other = next(one for one in happened if one.atenabango != someone.atenabango)
        with pytest.raises(EvidenceBroken, match="not of this person"):
            check_bytes(hub, other.atenabango, data)
        with pytest.raises(SettingError, match="exists already"):
            disclose(hub, reader, someone.atenabango, tmp_path / "kaiji.csv")


def test_marked_records_stay_out_of_the_file_and_are_told_to_the_one_who_exports(
    root: Path, running: process.Running, tmp_path: Path
) -> None:
    nights(root, running, 1)
    marked = [one for one in truth(root, EVENING) if one.at_server and one.recorded_at <= EVENING and not unmarked(one)]
    with night_hub(root) as hub:
        row = hub.journal.rows(
            select(exchange_records).where(exchange_records.c.nondisclosure_inquirer | exchange_records.c.nondisclosure_provider)
        )
        assert {one.sequence for one in row} == {one.sequence for one in marked if one.sequence[:4] > "2019"}
        one = next(one for one in marked if one.sequence[:4] > "2019")
        made = disclose(hub, as_reader(hub, WHO, WHY), one.atenabango, tmp_path / "kaiji.csv")
        assert made.own_marks > 0
        lines = (tmp_path / "kaiji.csv").read_text("utf-8-sig").splitlines()
        assert lines[0] == ",".join(HEADER)
        assert one.sequence not in "".join(lines)


def test_nothing_goes_within_seven_years_and_everything_after_may(root: Path, running: process.Running) -> None:
    nights(root, running, 1)
    today = EVENING.date()
    oldest = date(2019, 11, 24)
    with night_hub(root) as hub:
        with pytest.raises(SettingError, match="records are kept 7 years"):
            purge(hub, oldest + timedelta(days=1), who=WHO, reason=WHY)
        count = hub.journal.scalar(select(func.count()).select_from(exchange_records))
        assert hub.journal.scalar(select(func.min(exchange_records.c.day))) == oldest.isoformat()
    with night_hub(root, EVENING + timedelta(days=1)) as hub:
        assert today < hub.clock.today()
        assert purge(hub, oldest + timedelta(days=1), who=WHO, reason=WHY)["exchange_records"] == 1
        assert hub.journal.scalar(select(func.count()).select_from(exchange_records)) == count - 1


def test_an_explained_anomaly_is_not_opened_again(root: Path, running: process.Running) -> None:
    nights(root, running, 1)
    with night_hub(root) as hub:
        first, *others = list_anomalies(hub)
        explain_anomaly(hub, first.number, as_reader(hub, WHO, "相手機関に確認済み"))
        step_function("reconcile")(hub)
        assert list_anomalies(hub) == others
        with pytest.raises(SettingError, match="no open anomaly"):
            explain_anomaly(hub, first.number, as_reader(hub, WHO, WHY))
