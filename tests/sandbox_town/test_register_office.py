"""Register files are whole, and lead from every good application's card to its applicant."""

import csv
import json
from hashlib import sha256
from typing import Any

from lxml import etree


def rows(world: Any, name: str) -> list[dict[str, str]]:
    text = (world.home / "register" / name).read_bytes().decode("utf-8")
    assert "\r\n" in text
    return list(csv.DictReader(text.splitlines()))


def links(world: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows(world, "links_full_20261120.csv") + rows(world, "links_delta_202611240600.csv"):
        if row["更新区分"] == "3":
            found.pop(row["利用者証明用シリアル番号"])
        else:
            found[row["利用者証明用シリアル番号"]] = row["宛名番号"]
    return found


def serial(world: Any, line: Any) -> str:
    text = etree.fromstring(world.members(line)["manifest.xml"]).findtext("{*}利用者証明用電子証明書シリアル番号")
    assert text
    return text


def test_every_file_has_its_end_with_count_and_digest(world: Any) -> None:
    files = sorted((world.home / "register").glob("*.csv"))
    assert len(files) == 4
    for file in files:
        end = json.loads(file.with_name(f"{file.name}.end").read_text(encoding="utf-8"))
        assert end == {"rows": len(rows(world, file.name)), "sha256": sha256(file.read_bytes()).hexdigest()}


def test_full_and_delta_together_hold_everybody_once(world: Any) -> None:
    full, delta = rows(world, "residents_full_20261120.csv"), rows(world, "residents_delta_202611240600.csv")
    assert delta
    assert sorted(row["宛名番号"] for row in full + delta) == sorted(world.people)


def test_unknown_birth_dates_carry_flag_and_phrase(world: Any) -> None:
    unknown = [row for row in rows(world, "residents_full_20261120.csv") if row["生年月日不詳フラグ"] == "1"]
    assert unknown
    assert all(row["生年月日"].endswith("-00-00") and row["生年月日不詳表記"].endswith("年頃") for row in unknown)


def test_the_card_of_every_good_application_leads_to_its_applicant(world: Any) -> None:
    known = links(world)
    for line in world.good():
        person = world.people[known[serial(world, line)]]
        assert world.value(world.application(line)[0], "申請者/氏名") == f"{person['family']}　{person['given']}"


def test_an_unlinked_card_is_in_no_file_and_a_reissued_one_is_the_newest(world: Any) -> None:
    known = links(world)
    [unlinked], [reissued] = world.defective("unknown-serial"), world.defective("reissued-serial")
    assert serial(world, unlinked) not in known
    owner = known[serial(world, reissued)]
    assert len(world.people[owner]["cards"]) == 3
