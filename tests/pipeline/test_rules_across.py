"""Rules of every status on the small town: counted, shown or holding; rules across records; a section's own statuses."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Row, select, update

from mappings.rules import Rule
from pipeline import cross_records
from pipeline.case_sheets import sheet_of
from pipeline.cross_kinds import ACROSS_KINDS, Case
from pipeline.cross_records import cases_of, judge_across
from pipeline.errors import SettingError
from pipeline.hub import Hub, check_agreement
from pipeline.journal.database import Write
from pipeline.journal.delivery_tables import obligations
from pipeline.journal.evidence_tables import alarms, suite_runs
from pipeline.journal.intake_tables import applications, documents, findings, persons, verifications
from pipeline.packages import package_of
from pipeline.records import load_tables
from pipeline.rival_claims import claims_beside
from pipeline.rule_choices import RuleChoice
from pipeline.steps.check_records import STEP, check_batch, check_records
from pipeline.steps.worklist import finding_row
from tests.pipeline.days import at, hub_at
from vocabulary.findings import Finding, Severity

NINTEI = "jidoteate-nintei"
Own = Callable[[Path], Path]


@contextmanager
def changed(hub: Hub) -> Iterator[Write]:
    """A change that a test makes by hand, with the leaf that every change has."""
    with hub.journal.write() as write:
        yield write
        write.leaf("test_changed")


def claims(hub: Hub) -> list[Row[Any]]:
    """認定請求 whose records lie in the journal."""
    rows = hub.journal.rows(select(applications).where(applications.c.procedure == NINTEI).order_by(applications.c.id))
    mapped = load_tables(hub, [row.id for row in rows])
    return [row for row in rows if row.id in mapped]


def case_of(hub: Hub, row: Row[Any]) -> Case:
    (case,) = cases_of(hub, [row], load_tables(hub, [row.id]))
    return case


def rule_of(kind: str, **keys: Any) -> Rule:
    return Rule.model_validate({"id": "R", "rule": kind, "code": "DATE_ORDER", "severity": "error", "says": "規則", **keys})


def places(case: Case, rule: Rule) -> list[str]:
    return list(ACROSS_KINDS[rule.rule](case, rule))


def with_statuses(hub: Hub, statuses: dict[str, str]) -> Hub:
    """The hub as if the municipality's file said so."""
    choices = {name: RuleChoice.model_validate({"status": status, "reason": "試験"}) for name, status in statuses.items()}
    enabled = hub.enabled(NINTEI).model_copy(update={"rules": choices})
    procedures = {**hub.municipality.procedures, NINTEI: enabled}
    return replace(hub, municipality=hub.municipality.model_copy(update={"procedures": procedures}))


def give_child_of_first_to_second(hub: Hub, rows: Sequence[Row[Any]]) -> None:
    """The second filing names the first one's child."""
    child = (persons.c.role == "child") & (persons.c.ordinal == 1)
    atena = hub.journal.scalar(select(persons.c.atena).where(child, persons.c.application == rows[0].id))
    with changed(hub) as write:
        write.execute(
            update(persons).where(child, persons.c.application == rows[1].id).values(atena=atena, method="household", number_check="absent")
        )


@pytest.fixture
def town(checked_root: Path, own: Own) -> Path:
    return own(checked_root)


def test_the_towns_filings_agree_with_every_rule_that_is_shown(town: Path) -> None:
    with hub_at(town, at(12)) as hub:
        runs = [json.loads(text) for (text,) in hub.journal.rows(select(suite_runs.c.outcome))]
        across = [run for run in runs if run["suite"].endswith(".across")]
        shown = [check for run in runs for check in run["checks"] if check["status"] == "warn" and check["failed"]]
        assert across
        assert shown == []


def test_two_claimants_for_one_child_are_seen_from_the_later_filing_only(town: Path) -> None:
    with hub_at(town, at(12)) as hub:
        first, second, *_ = rows = claims(hub)
        give_child_of_first_to_second(hub, rows)
        found = judge_across(hub, hub.procedure(NINTEI), rows, load_tables(hub, [row.id for row in rows]))
        told = [(row.id, one.where, one.severity) for row in rows for one in found[row.id] if one.code == "OTHER_CLAIMANT"]
        assert (second.id, "child1", Severity.INFO) in told
        assert claims_beside(hub, second) == (first.receipt,)


def test_a_withdrawn_filing_stands_against_nobody(town: Path) -> None:
    with hub_at(town, at(12)) as hub:
        rows = claims(hub)
        give_child_of_first_to_second(hub, rows)
        with changed(hub) as write:
            write.execute(update(applications).where(applications.c.id == rows[0].id).values(disposition="withdrawn", reason=None))
        assert claims_beside(hub, rows[1]) == ()


def test_a_filing_held_for_another_claimant_is_judged_again_when_that_one_withdraws(town: Path) -> None:
    with hub_at(town, at(12)) as hub:
        rows = claims(hub)
        give_child_of_first_to_second(hub, rows)
        held = cast("Row[Any]", SimpleNamespace(**{**rows[1]._mapping, "reason": "OTHER_CLAIMANT"}))
        before = STEP.inputs(hub, held)
        assert before == STEP.inputs(hub, held)
        with changed(hub) as write:
            write.execute(update(applications).where(applications.c.id == rows[0].id).values(disposition="withdrawn", reason=None))
        assert STEP.inputs(hub, held) != before


@pytest.mark.parametrize(("status", "severity"), [("shadow", None), ("warn", Severity.INFO), ("hold", Severity.ALERT)])
def test_a_status_decides_what_a_rule_does(town: Path, status: str, severity: Severity | None) -> None:
    with hub_at(town, at(12)) as plain:
        hub = with_statuses(plain, {"NINTEI-34": status})
        rows = claims(hub)
        give_child_of_first_to_second(hub, rows)
        found = check_batch(hub, hub.procedure(NINTEI), rows)[rows[1].id]
        assert [one.severity for one in found if one.rule == "NINTEI-34"] == ([severity] if severity else [])
        latest = select(suite_runs.c.outcome).where(suite_runs.c.suite == f"{NINTEI}.across").order_by(suite_runs.c.id.desc())
        (counted,) = [one for one in json.loads(hub.journal.rows(latest)[0][0])["checks"] if one["rule"] == "NINTEI-34"]
        assert (counted["status"], counted["failed"] > 0) == (status, True)


def test_what_a_rule_in_warn_noticed_stands_on_the_sheet_as_a_note_and_is_no_finding(town: Path) -> None:
    with hub_at(town, at(12)) as hub:
        row = claims(hub)[0]
        noticed = Finding("AGE_LIMIT", where="child1", rule="NINTEI-31", severity=Severity.INFO)
        with changed(hub) as write:
            write.insert_many(findings, [finding_row(row.id, "check", noticed)])
        sheet = sheet_of(hub, row, package_of(hub, row))
        assert [(note.rule, note.where) for note in sheet.notes] == [("NINTEI-31", "児童1")]
        assert "AGE_LIMIT" not in {finding.code for finding in sheet.findings}
        assert sheet.pdf().startswith(b"%PDF")


def test_one_person_in_two_roles_is_named_by_the_later_role(town: Path) -> None:
    with hub_at(town, at(12)) as hub:
        case = case_of(hub, claims(hub)[0])
        (claimant,) = case.known(["claimant"])
        again = type("Person", (), {"role": "child", "ordinal": 9, "atena": claimant.atena})()
        rule = rule_of("different_people", roles=["claimant", "child"])
        assert places(case, rule) == []
        assert places(replace(case, people=[*case.people, again]), rule) == ["child9"]


def test_one_number_in_two_places_is_named_without_the_number(town: Path) -> None:
    with hub_at(town, at(12)) as hub:
        case = case_of(hub, claims(hub)[0])
        rule = rule_of("numbers_differ", items=["ninteiseikyu.kojinbango", "ninteiseikyu_jido.kojinbango"])
        assert places(case, rule) == []
        case.tables["ninteiseikyu"].columns["kojinbango"][0] = "123456789018"
        case.tables["ninteiseikyu_jido"].columns["kojinbango"][0] = "123456789018"
        assert places(case, rule) == ["ninteiseikyu_jido[1].kojinbango"]
        assert "123456789018" not in repr(case)


def test_the_signer_is_the_role_and_the_policy_that_in_force(town: Path) -> None:
    with hub_at(town, at(12)) as hub:
        row = claims(hub)[0]
        rule = rule_of("signed_by", roles=["claimant"])
        assert places(case_of(hub, row), rule) == []
        assert places(case_of(hub, row), rule_of("signed_by", roles=["child"])) == ["child"]
        with changed(hub) as write:
            write.execute(update(verifications).where(verifications.c.application == row.id).values(policy="none"))
        assert places(case_of(hub, row), rule) == ["signature"]


def test_residents_live_here_and_a_document_is_attached_or_announced(town: Path) -> None:
    with hub_at(town, at(12)) as hub:
        row = claims(hub)[0]
        assert places(case_of(hub, row), rule_of("living_here", roles=["claimant"])) == []
        rule = rule_of("document_named", document="study-abroad", when={"item": "haigushaumu", "values": ["1"]})
        assert places(case_of(hub, row), rule) == ["study-abroad"]
        with changed(hub) as write:
            write.insert_many(documents, [{"application": row.id, "document": "study-abroad", "way": "post", "state": "owed"}])
        assert places(case_of(hub, row), rule) == []


def test_a_filing_after_the_days_of_grace_is_told(town: Path) -> None:
    with hub_at(town, at(12)) as hub:
        case = case_of(hub, claims(hub)[0])
        own = case.tables["ninteiseikyu"].columns
        own["seikyujiyu"], rule = ["01"], rule_of("within_grace")
        told = []
        for day in ("2026-11-02", "2026-10-31", "2026-01-05"):
            own["jiyuhasseibi"] = [day]
            told.append(places(case, rule))
        assert told == [[], ["jiyuhasseibi"], ["jiyuhasseibi"]]


@pytest.mark.parametrize(("status", "told"), [("shadow", []), ("warn", []), ("hold", [("RULE_BROKEN", Severity.ERROR)])])
def test_a_rule_that_breaks_stops_only_where_it_may_hold_and_alarms_wherever_it_stands(
    town: Path, status: str, told: list[tuple[str, Severity]]
) -> None:
    with hub_at(town, at(12)) as plain:
        hub = with_statuses(plain, {"NINTEI-36": status})
        row = claims(hub)[0]
        broken = {**load_tables(hub, [row.id])[row.id]}
        del broken["ninteiseikyu"].columns["haigusha_kojinbango"]
        found = judge_across(hub, hub.procedure(NINTEI), [row], {row.id: broken})[row.id]
        assert [(one.code, one.severity) for one in found if one.rule == "NINTEI-36"] == told
        raised = hub.journal.rows(select(alarms.c.subject).where(alarms.c.kind == "RULE_BROKEN"))
        assert [row.subject for row in raised] == [f"{NINTEI}.across NINTEI-36"]


def test_a_broken_rule_in_warn_loses_neither_the_delivery_nor_what_else_was_found(
    own: Own, mapped_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_case: Case, _rule: Rule) -> Iterator[str]:
        raise LookupError("column")

    monkeypatch.setattr(cross_records, "ACROSS_KINDS", {**ACROSS_KINDS, "different_people": breaks})
    with hub_at(own(mapped_root), at(12)) as plain:
        hub = with_statuses(plain, {"NINTEI-35": "warn"})
        check_records(hub)
        checked = (applications.c.procedure == NINTEI) & (applications.c.stage == "checked")
        ids = {row.id for row in hub.journal.rows(select(applications).where(checked))}
        owed = {row.application for row in hub.journal.rows(select(obligations))}
    assert ids
    assert ids <= owed


def test_a_section_s_statuses_are_part_of_the_version_and_of_the_procedure(town: Path) -> None:
    with hub_at(town, at(12)) as hub:
        chosen = with_statuses(hub, {"NINTEI-34": "hold"})
        assert chosen.specification_version(NINTEI) != hub.specification_version(NINTEI)
        assert {rule.id: rule.status for rule in chosen.procedure(NINTEI).rules}["NINTEI-34"] == "hold"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"NINTEI-99": "hold"}, "rules.NINTEI-99: jidoteate-nintei has no such rule"),
        ({"NINTEI-01": "warn"}, "warn is less than hold"),
    ],
)
def test_an_unknown_rule_and_a_lower_status_without_a_reason_are_refused(town: Path, rules: dict[str, str], said: str) -> None:
    with hub_at(town, at(12)) as hub:
        choices = {name: RuleChoice.model_validate(status) for name, status in rules.items()}
        enabled = hub.enabled(NINTEI).model_copy(update={"rules": choices})
        municipality = hub.municipality.model_copy(update={"procedures": {**hub.municipality.procedures, NINTEI: enabled}})
        with pytest.raises(SettingError, match=said):
            check_agreement(municipality, hub.catalogue)
