"""The nursery procedures: what their rules ask of a filled form, and where a municipality may choose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from mappings.catalogue import Catalogue, load_catalogue
from mappings.engine import Source, map_batch
from mappings.examples import read_examples
from mappings.form import check_form
from mappings.places import NAMESPACE
from mappings.procedure import Procedure
from mappings.yaml_door import SpecError
from pipeline.errors import SettingError
from pipeline.hub import check_agreement, set_up
from pipeline.places import PROJECT, Root
from pipeline.settings import load_municipality
from pipeline.suites import suite_of, table_of
from tests.pipeline.days import NAHA, at, hub_at
from validation.runner import check
from vocabulary.clock import Clock
from vocabulary.findings import Finding

DAY = date(2026, 11, 24)
NINTEI, GENKYO, SHISETSU, RIYO = "hoiku-nintei", "hoiku-genkyo", "shisetsu-nintei", "hoiku-riyo"


@dataclass(frozen=True, slots=True)
class Case:
    """An example with some elements written anew (None takes one away), and the codes and items of what must be found in it."""

    title: str
    procedure: str
    number: int
    changes: dict[str, str | None] = field(default_factory=dict)
    expected: frozenset[tuple[str, str]] = frozenset()
    first_class: bool = True


def lacks(*items: str) -> frozenset[tuple[str, str]]:
    return frozenset(("CHECK_REQUIRED", item) for item in items)


def finds(code: str, item: str) -> frozenset[tuple[str, str]]:
    return frozenset({(code, item)})


SCHOOLING: dict[str, str | None] = {"保育の希望の有無": "2", "保護者/必要事由": None, "保育必要量": None}
CASES = (
    *(Case(f"{name} {number} as it is", name, number) for name in (NINTEI, GENKYO, SHISETSU, RIYO) for number in (1, 2)),
    Case("no amount of childcare", NINTEI, 1, {"保育必要量": None}, lacks("hoikuhitsuyoryokubun")),
    Case("no hours", NINTEI, 1, {"利用希望時間": None}, lacks("hoikuhitsuyoryokubun")),
    Case("a guardian without need", NINTEI, 1, {"保護者/必要事由": None}, lacks("hoikuhitsuyojiyu")),
    Case("first class needs none of these", NINTEI, 1, SCHOOLING),
    Case("a change without number", NINTEI, 2, {"認定者番号": None}, lacks("ninteishabango")),
    Case("a first application needs no number", NINTEI, 2, {"認定者番号": None, "認定申請区分": "1"}),
    Case("ends before it begins", NINTEI, 1, {"利用希望終了日": "令和9年3月31日"}, finds("DATE_ORDER", "riyokibokaishibi")),
    Case("written after it was received", NINTEI, 1, {"申請日": "2026-11-25"}, finds("DATE_ORDER", "kisainengappi")),
    Case("a change without words", GENKYO, 2, {"変更内容": None}, lacks("henkonaiyo")),
    Case("a report without need", GENKYO, 1, {"保護者/必要事由": None}, lacks("hoikuhitsuyojiyu")),
    Case("new class 2 needs a reason", SHISETSU, 1, {"施設等利用認定区分": "2"}, lacks("hoikuhitsuyojiyu")),
    Case("new class 3 of a taxed household", SHISETSU, 2, {"市町村民税非課税世帯": "2"}, finds("NOT_TAX_EXEMPT", "hikazeisetaiumu")),
    Case("new class 3 without a word on tax", SHISETSU, 2, {"市町村民税非課税世帯": None}, lacks("hikazeisetaiumu")),
    Case("first class elsewhere", NINTEI, 2, {}, finds("FIRST_CLASS_NOT_TAKEN", "hoikukiboumu"), first_class=False),
    Case("childcare where first class is applied for elsewhere", NINTEI, 1, first_class=False),
)


@pytest.fixture(scope="module")
def found(catalogue: Catalogue) -> dict[str, set[tuple[str, str]]]:
    """What map and check find in every case, those of one procedure and one setting checked together."""
    findings: dict[str, set[tuple[str, str]]] = {case.title: set() for case in CASES}
    for name in (NINTEI, GENKYO, SHISETSU, RIYO):
        for first_class in (True, False):
            cases = [case for case in CASES if (case.procedure, case.first_class) == (name, first_class)]
            for place, finding in _judge(catalogue, catalogue.procedures[name], cases, switches={"first-class": first_class}):
                findings[cases[place].title].add((finding.code, finding.where.partition("[")[0]))
    return findings


def _judge(
    catalogue: Catalogue, procedure: Procedure, cases: Sequence[Case], *, switches: dict[str, bool]
) -> Iterator[tuple[int, Finding]]:
    examples = [read_examples(procedure)[case.number - 1].source for case in cases]
    sources = [replace(source, application=place) for place, source in enumerate(examples)]
    for source, case in zip(sources, cases, strict=True):
        for path, text in case.changes.items():
            _write(source, path, text)
        assert check_form(procedure, procedure.versions[0].form, source.content) == []
    mapped = map_batch(procedure, procedure.mappings[0], sources, catalogue=catalogue, day=DAY)
    assert mapped.findings == []
    tables = {group: table for group, table in mapped.tables.items() if table.application}
    for group in tables:
        suite = suite_of(catalogue, procedure, group, version="test", day=DAY, switches=switches)
        yield from check(suite, table_of(tables, group)).findings


def _write(source: Source, path: str, text: str | None) -> None:
    element = source.content.find("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))
    assert element is not None, path
    if text is None:
        above = element.getparent()
        assert above is not None
        above.remove(element)
    else:
        element.text = text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_the_rules_find_what_is_missing_or_does_not_fit_and_nothing_else(found: dict[str, set[tuple[str, str]]], case: Case) -> None:
    assert found[case.title] == case.expected


def test_the_old_name_stands_beside_the_new_one(catalogue: Catalogue) -> None:
    procedure = catalogue.procedures[NINTEI]
    assert (procedure.title, procedure.old_titles) == ("教育・保育給付認定申請", ("支給認定申請",))
    assert procedure.full_title == "教育・保育給付認定申請（旧 支給認定申請）"
    assert all("旧 支給認定" in notice.body for notice in procedure.notices if notice.kind == "result")


def test_a_notification_cannot_be_refused_and_a_wish_ends_in_an_offer_or_not(catalogue: Catalogue) -> None:
    assert {outcome.title for outcome in catalogue.procedures[GENKYO].outcomes} == {"受理"}
    assert {outcome.title for outcome in catalogue.procedures["hoiku-riyo"].outcomes} == {"内定", "保留", "不承諾"}


def test_the_worked_example_of_a_procedure_needs_no_line_of_the_hub() -> None:
    rooms = ("connectors", "dags", "mappings", "pipeline", "validation", "vocabulary")
    sources = [path for room in rooms for path in (PROJECT / room).rglob("*.py")]
    assert len(sources) > 100
    assert [path.name for path in sources if "shisetsu" in path.read_text(encoding="utf-8")] == []


def edited(folder: Path, old: str, new: str) -> Path:
    """A folder with the town's municipality file, one part of it written anew."""
    text = (PROJECT / "municipalities" / f"{NAHA}.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / f"{NAHA}.yaml").write_text(text.replace(old, new), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "problem", "remedy"),
    [
        ("{first-class: yes}", "{frist-class: yes}", "procedures.hoiku-nintei.switches: frist-class", "allowed are first-class"),
        ("    rounds:                   #", "    windows:                   #", "windows", "rounds"),
    ],
    ids=["an unknown switch", "an unknown key"],
)
def test_a_wrong_choice_is_refused_with_what_is_allowed(
    tmp_path: Path, catalogue: Catalogue, old: str, new: str, problem: str, remedy: str
) -> None:
    with pytest.raises(SettingError) as refused:
        check_agreement(load_municipality(edited(tmp_path, old, new), NAHA), catalogue)
    assert problem in str(refused.value)
    assert remedy in f"{refused.value} {refused.value.remedy}"


def test_a_procedure_with_rounds_needs_their_calendar(tmp_path: Path, catalogue: Catalogue) -> None:
    text = (PROJECT / "municipalities" / f"{NAHA}.yaml").read_text(encoding="utf-8")
    calendar = text[text.index("    rounds:") : text.index("  hoiku-genkyo:")]
    with pytest.raises(SettingError, match="rounds") as refused:
        check_agreement(load_municipality(edited(tmp_path, calendar, ""), NAHA), catalogue)
    assert "calendar" in refused.value.remedy


def test_period_and_switches_are_the_municipality_s_and_change_what_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    set_up(Root(root), Clock(at(6)))
    with hub_at(root, at(9)) as hub:
        period, before = hub.receiving(GENKYO), hub.specification_version(NINTEI)
        assert hub.switches(NINTEI) == {"first-class": True}
    assert period is not None
    assert [period.holds(day) for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 15), date(2026, 12, 16))] == [
        False, True, True, False,
    ]  # fmt: skip
    monkeypatch.setenv("HUB_MUNICIPALITIES", str(edited(tmp_path, "{first-class: yes}", "{first-class: no}")))
    with hub_at(root, at(9)) as hub:
        assert hub.switches(NINTEI) == {"first-class": False}
        assert hub.specification_version(NINTEI) != before


@pytest.mark.parametrize(
    ("file", "old", "new", "allowed"),
    [
        ("hoiku-nintei/expectations.yaml", "{id: first-class,", "{id: first,", "first-class"),
        ("hoiku-riyo/procedure.yaml", "{wish: riyokibokaishibi,", "{wish: riyokibokaishi,", "riyokibokaishibi"),
        ("hoiku-riyo/procedure.yaml", "person: child}", "person: chlid}", "child"),
        ("shisetsu-nintei/procedure.yaml", "serves: guardian", "serves: gardian", "guardian"),
        ("shisetsu-nintei/expectations.yaml", "    items: [hoikuhitsuyojiyu]\n    when: {item: shisetsutoriyoninteikubun,",
         "    items: [hoikuhitsuyojiyu]\n    when: {item: shisetsutoriyonintei,", "shisetsutoriyoninteikubun"),
    ],
    ids=["switch", "wish", "person", "serves", "a condition of the own record"],
)  # fmt: skip
def test_a_spec_that_names_what_is_not_there_is_refused_with_the_nearest_name(
    specs: Path, file: str, old: str, new: str, allowed: str
) -> None:
    path = specs / "procedures" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SpecError, match=f"{allowed}\\?"):
        load_catalogue(specs)
