"""Files of records that are not as they should be: other content of a known 処理通番 is held, a foreign or odd file is refused whole."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import func, select

from connectors.intermediate_records import ExchangeFile
from pipeline.exchange.fetch import keep_file
from pipeline.hub import Hub
from pipeline.journal.evidence_tables import alarms
from pipeline.journal.exchange_tables import exchange_conflicts, exchange_records
from tests.night.conftest import EVENING
from tests.pipeline.days import hub_at

HEADER = (
    "shoritsuban,role,inquirer,provider,duty,procedure,item,atenabango,requested_at,provided_at,outcome,"
    "nondisclosure_inquirer,nondisclosure_provider"
)
ROW = "202611240000000001,1,那覇市,浦添市,027-01,007401,kojin-juminzei,000000000000017,2026-11-24T10:00:00+09:00,,no_record,0,0"


def file_of(*lines: str, header: str = HEADER) -> ExchangeFile:
    data = "".join(f"{line}\r\n" for line in (header, *lines)).encode()
    return ExchangeFile("TKM40124_A_001_001.csv", hashlib.sha256(data).hexdigest(), data)


def stored(hub: Hub) -> int:
    return int(hub.journal.scalar(select(func.count()).select_from(exchange_records)))


def alarm_kinds(hub: Hub) -> set[str]:
    return {row.kind for row in hub.journal.rows(select(alarms.c.kind))}


def test_the_same_again_is_no_second_row_and_other_content_is_held(root: Path) -> None:
    with hub_at(root, EVENING) as hub:
        assert keep_file(hub, file_of(ROW)) == {"fetched": 1, "known": 0, "conflicts": 0}
        assert keep_file(hub, file_of(ROW)) == {"fetched": 0, "known": 1, "conflicts": 0}
        assert alarm_kinds(hub).isdisjoint({"EXCHANGE_CONFLICT"})
        for _ in range(2):
            keep_file(hub, file_of(ROW.replace("027-01", "028-01")))
        assert "EXCHANGE_CONFLICT" in alarm_kinds(hub)
        assert hub.journal.scalar(select(func.count()).select_from(exchange_conflicts)) == 1
        assert hub.journal.scalar(select(exchange_records.c.duty)) == "027-01"


@pytest.mark.parametrize(
    "file",
    [
        file_of(ROW, ROW.replace("那覇市", "浦添市").replace("0001,1", "0002,1")),
        file_of(ROW, header=HEADER.replace("duty", "jimu")),
        file_of(ROW, ROW.replace("0001,1", "0002,3")),
        file_of(ROW, ROW.replace("0001,1", "0002,1").replace(",,no_record", ",,provided")),
        file_of(ROW, "short,row"),
    ],
    ids=["foreign", "header", "role", "provided-without-time", "cells"],
)
def test_a_file_with_one_fault_leaves_nothing(root: Path, file: ExchangeFile) -> None:
    with hub_at(root, EVENING) as hub:
        assert keep_file(hub, file) == {"refused": 1}
        assert stored(hub) == 0
        assert "EXCHANGE_FILE_REFUSED" in alarm_kinds(hub)
