"""Texts of notices: what is refused at load, and that a text that was loaded can always be filled."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.audience import AgeMark, age_mark
from mappings.catalogue import Catalogue, load_catalogue
from mappings.notice_facts import DEFAULT, ITEM, TELLABLE, read_facts
from mappings.notice_kinds import read_notice_kinds, read_notice_rules
from mappings.notices import faults_of
from mappings.vaccination_schedule import read_schedule
from mappings.yaml_door import SpecError

MAPPINGS = DEFAULT.parent.parent
WORDS = st.text(alphabet=st.sampled_from("字あ1{}%\\\n（）"), min_size=0, max_size=30)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Specifications with one notice that a test may spoil."""
    shutil.copytree(MAPPINGS / "notices", tmp_path / "notices")
    for folder in (path for path in (tmp_path / "notices").iterdir() if path.is_dir()):
        if folder.name not in ("ninpu-kenshin", "yobo-sesshu"):
            shutil.rmtree(folder)
    return tmp_path


def refused(own: Path, catalogue: Catalogue, *change: tuple[str, str], kind: str = "ninpu-kenshin") -> str:
    """What the loader says of the notice with these changes."""
    file = own / "notices" / kind / "notice.yaml"
    text = file.read_text("utf-8")
    for before, after in change:
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text, "utf-8")
    with pytest.raises(SpecError) as caught:
        read_notice_kinds(own, catalogue.items, catalogue.copies, {}, read_notice_rules(own))
    return f"{caught.value.key}: {caught.value}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("{section}です", "{address}です"), "body: unknown placeholder {address}"),
        (("{section}です", "{section!r}です"), "unknown placeholder"),
        (("{section}です", "{です"), "body"),
        (("section: {source: section}", "section: {source: address}"), "address is no fact of a checkup notice"),
        (("section: {source: section}", "section: {source: reason}"), "reason is no fact of a checkup notice"),
        (("section: {source: section}", "section: {source: item.iryokikammei}"), "is no day or number"),
        (("section: {source: section}", "section: {source: item.atenabango}"), "is no day or number"),
        (("妊婦健診を受けましょう", "あ" * 51), "subject: "),
        (("心配なことがあれば", "あ" * 900), "is too long"),
        (("心配なことがあれば", "<b>心配</b>なら"), "HTML"),
        (("心配なことがあれば", "番号 1234 5678 9018"), "個人番号"),
        (("心配なことがあれば", "ｼﾝﾊﾟｲなら"), "半角カタカナ"),
        (("{law: boshi-kenshin}", "{law: hoiku-chosei}"), "is no law of business 019"),
        (("{law: boshi-kenshin}", "{}"), "basis"),
        (("{law: boshi-kenshin}", '{ordinance: kosodate-sodan, dokuji_jimu: "9"}'), "9 is another's"),
        (("{law: boshi-kenshin}", "{ordinance: kosodate-sodan}"), "ordinance with dokuji_jimu"),
        (("protection, ", ""), "exclude lacks protection"),
        (("source: boshi-ninpu", "source: boshi"), "unknown source boshi"),
        (("item: bumbenyoteibi", "item: yoteibi"), "unknown item yoteibi"),
        (("least: 1, most: 210", "age_from: 1m"), "takes no age_from"),
        (("display_days: 30", "display_days: 3000"), "at most 365"),
        (("id: ninpu-kenshin", "id: ninpu"), "is not the folder's name"),
        (("hours: 09:00-17:00", "hours: 9-17"), "hours"),
        (("subject: ", "sbuject: "), "unknown key"),
    ],
)
def test_a_notice_that_nobody_may_send_is_refused_at_load(own: Path, catalogue: Catalogue, change: tuple[str, str], said: str) -> None:
    assert said in refused(own, catalogue, change)


def test_an_ordinance_with_its_number_is_a_basis_also_from_the_folder_itself(own: Path, catalogue: Catalogue) -> None:
    folder = own / "notices" / "ninpu-kenshin"
    head = (own / "notices" / "basis.csv").read_text("utf-8").splitlines()[0]
    (folder / "basis.csv").write_text(f"{head}\nown,ordinance,番号条例,別表第1,12,019,独自の健診の事務,NV\n", "utf-8")
    file = folder / "notice.yaml"
    file.write_text(file.read_text("utf-8").replace("{law: boshi-kenshin}", '{ordinance: own, dokuji_jimu: "12"}'), "utf-8")
    kinds = read_notice_kinds(own, catalogue.items, catalogue.copies, {}, read_notice_rules(own))
    assert kinds["ninpu-kenshin"].ground is not None
    assert kinds["ninpu-kenshin"].ground.words == "番号条例別表第1（独自利用事務 12）"


def test_a_schedule_with_a_wrong_age_or_column_is_refused(own: Path) -> None:
    file = own / "notices" / "yobo-sesshu" / "schedule.csv"
    lines = file.read_text("utf-8").splitlines()
    assert len(read_schedule(file)) == len(lines) - 1
    file.write_text("\n".join([lines[0], lines[1].replace("90m", "90")]), "utf-8")
    with pytest.raises(SpecError, match="90 is no age"):
        read_schedule(file)
    file.write_text("\n".join(["code,dose", "1,2"]), "utf-8")
    with pytest.raises(SpecError, match="other columns"):
        read_schedule(file)
    for line in (f"{lines[1]},x", lines[1].partition(",")[0]):
        file.write_text(f"{lines[0]}\n{line}", "utf-8")
        with pytest.raises(SpecError, match="more or fewer cells"):
            read_schedule(file)
    file.write_bytes("\n".join(lines).encode("cp932", errors="replace"))
    with pytest.raises(SpecError, match="not UTF-8"):
        read_schedule(file)


def test_every_dose_of_the_schedule_is_one_that_the_ledger_can_hold_and_opens_before_it_closes(catalogue: Catalogue) -> None:
    weeks = {"w": 1.0, "m": 30.44 / 7, "y": 365.25 / 7}

    def age(mark: AgeMark) -> float:
        return mark.count * weeks[mark.unit]

    doses = catalogue.notice_kinds["yobo-sesshu"].schedules["schedule.csv"]
    assert len({(one.code, one.dose) for one in doses}) == len(doses)
    assert all(len(one.code) == 3 and len(one.dose) == 2 for one in doses)
    assert all(age(one.open_from) <= age(one.told_from) < age(one.open_until) for one in doses)


def test_an_age_is_weeks_months_or_years() -> None:
    assert [age_mark(text) for text in ("6w", "18m", "3y")] == [AgeMark(6, "w"), AgeMark(18, "m"), AgeMark(3, "y")]


def test_the_seeds_kinds_are_there_and_every_procedure_can_ask_for_a_correction(catalogue: Catalogue) -> None:
    seed = {"hoiku-genkyo-jiki", "jifuyo-genkyo-jiki", "ninpu-kenshin", "ninshin-mendan", "nyuyoji-kenshin", "yobo-sesshu"}
    assert seed <= catalogue.notice_kinds.keys()
    for procedure in catalogue.procedures.values():
        assert [text.id for text in procedure.notices if text.kind == "correction"] == ["correction"]
        assert {outcome.notice for outcome in procedure.outcomes if outcome.notice} <= {text.id for text in procedure.notices}


def test_no_fact_can_tell_where_or_who_somebody_is(catalogue: Catalogue) -> None:
    facts, _ = catalogue.notice_rules
    assert not any(word in fact.title for fact in facts.facts.values() for word in ("氏名", "住所", "個人番号", "医療機関", "施設"))
    for kind in catalogue.notice_kinds.values():
        items = [source.removeprefix(ITEM) for source in kind.sources.values() if source.startswith(ITEM)]
        assert all(catalogue.copies[kind.audience.source].items[name].type in TELLABLE for name in items)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_loaded_text_is_filled_whatever_its_facts_say(data: st.DataObject) -> None:
    catalogue = LOADED
    facts, limits = catalogue.notice_rules
    kind = data.draw(st.sampled_from(sorted(catalogue.notice_kinds)))
    words = {source: data.draw(WORDS) for source in catalogue.notice_kinds[kind].sources.values()}
    subject, body = catalogue.notice_kinds[kind].fill(words)
    assert all(word in subject + body for word in words.values())
    procedure = data.draw(st.sampled_from([one for one in catalogue.procedures.values() if one.notices]))
    text = data.draw(st.sampled_from(procedure.notices))
    known = {name: data.draw(WORDS)[: fact.longest] for name, fact in facts.of(text.kind).items()}
    subject, body = text.fill(**{**known, "procedure": procedure.title, "portal_procedure": procedure.title})
    assert [one for one in faults_of(subject, body, limits, limits.versions[0]) if "too long" in one.problem] == []


LOADED = load_catalogue()


def test_a_text_that_grew_too_long_or_holds_a_number_is_said_to_be_so(catalogue: Catalogue) -> None:
    _, limits = catalogue.notice_rules
    version = limits.versions[0]
    assert faults_of("件名", "本文", limits, version) == []
    assert [one.place for one in faults_of("字" * 51, "字" * 1001, limits, version)] == ["subject", "body"]
    assert [one.problem for one in faults_of("件名", "123456789018", limits, version)] == ["holds 個人番号と読める12桁の数字"]
    assert [one.place for one in faults_of("件\n名", "本\n文", limits, version)] == ["subject"]


NUMBER = "1234-5678-9018-2345"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (f"納付番号　{NUMBER}", ""),
        ("納付番号　1234-5678-9018-2346", "個人番号"),
        (f"納付番号　{NUMBER} 確認番号 123456789018", "個人番号"),
        (f"納付番号　{NUMBER}-1234-5678-9018", "個人番号"),
        ("1234-5678-9018", "個人番号"),
    ],
)
def test_a_declared_payment_number_passes_and_a_my_number_beside_it_does_not(catalogue: Catalogue, body: str, wrong: str) -> None:
    _, limits = catalogue.notice_rules
    found = faults_of("件名", body, limits, limits.versions[0], (NUMBER,))
    assert [wrong in one.problem for one in found] == ([True] if wrong else [])


def test_specifications_without_notices_are_checked_by_the_projects_own_rules(tmp_path: Path) -> None:
    facts, limits = read_notice_rules(tmp_path)
    assert facts == read_facts(DEFAULT)
    assert limits.versions
