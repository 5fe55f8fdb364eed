"""A process killed at any fault point loses nothing and doubles nothing: the day is taken up again and ends as an undisturbed one."""

import ast
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.flow import kills
from tests.flow.expected_outcomes import unexpected_outcomes
from tests.flow.fault_names import PROJECT, calls, day_sources, marked_points, name_of, recorded_events
from tests.flow.kills import STEPS, Chain, Day, Kill

NAMES = [f"{flow}.{step}" for flow, step in STEPS if (flow, step) != ("notify", "cases")]
OFTEN = 8
KILLED_ELSEWHERE = {
    "notice_file.before_call": "tests/channels/test_channel_kills.py, where notices go by file",
    "notice_file.after_call": "tests/channels/test_channel_kills.py, where notices go by file",
    "cases.left_open_print": "tests/pipeline/test_cases.py, where a case becomes restricted",
    "bundle.before_rename": "tests/pipeline/bundles/test_values.py, where a bundle is made",
    "bundle_values.before_rename": "tests/pipeline/bundles/test_values.py, where a bundle is opened",
    "evidence_key.before_rename": "tests/pipeline/bundles/test_values.py, where a key is made",
    "draft.written": "tests/pipeline/test_unknown_version.py, where a form changed",
    "decision_sheet.fates_written": "tests/pipeline/test_decision_sheets.py, where a clerk filled a sheet",
    "decision_sheet.moved": "tests/pipeline/test_decision_sheets.py, where a clerk filled a sheet",
}
RARE_EVENTS = {
    "replay_ordered": "a person orders a replay; tests/pipeline/test_replay.py kills it",
    "application_replayed": "a person orders a replay; tests/pipeline/test_replay.py kills it",
    "answer_unreadable": "a receiving system leaves a file that is none",
    "answers_postponed": "a receiving system is out of reach",
    "delivery_postponed": "a receiving system is out of reach",
    "destination_stopped": "a receiving system refuses for good",
    "release_stopped": "the gate found a person who does not belong there",
    "case_held_for_print": "a character cannot be printed",
    "case_put_off": "evidence is broken, or a sheet needs more than its page",
    "application_refused": "a receiving system refuses a file",
    "fetch_refused": "the portal will not give an application",
    "status_refused": "the portal will not take a status",
    "status_put_off": "the portal does not answer; tests/channels/test_outages.py",
    "channel_down": "the other side answers nothing; tests/channels/test_outages.py",
    "notice_put_off": "the notice interface does not answer; tests/channels/test_outages.py",
    "notices_given_back": "a channel goes down in the middle of a page; tests/channels/test_outages.py",
    "notice_code_unknown": "the notice interface answers a code that no table knows",
    "notice_text_refused": "a filled text is too long or holds what no notice may; tests/pipeline/test_notice_texts.py",
    "notice_excluded": "somebody may no longer be told when the notice is about to be sent",
    "notice_file_named": "many notices go by file; tests/channels/test_channel_kills.py kills it",
    "notice_file_sent": "many notices go by file; tests/channels/test_channel_kills.py kills it",
    "notice_file_resumed": "a file of notices was not certainly handed over; tests/channels/test_channel_kills.py",
    "notice_file_refused": "the server refuses a file of notices",
    "notice_file_dissolved": "a file of notices was lost, late or refused",
    "notice_result_late": "the result of a file of notices does not come",
    "notice_result_foreign": "a result names notices of another file",
    "case_restricted": "somebody comes under protection after their case was identified",
    "register_file_refused": "the register office hands over a file that does not follow its profile",
    "applications_owed_again": "a format or its approved substitutions changed; tests/pipeline/test_substitutions.py",
    "filing_replaced": "a later nursery filing for the same child counts; tests/pipeline/test_rounds.py",
    "document_shared": "a certificate lies at the filing of a brother or sister; tests/pipeline/test_rounds.py",
    "decision_sheet_taken": "a clerk filled a sheet; tests/pipeline/test_decision_sheets.py kills it",
    "decision_refusal_settled": "a clerk settles a result that does not fit; tests/pipeline/test_decisions.py",
    "result_file_changed": "a result file lies there with other content; tests/pipeline/test_decisions.py",
    "decision_early": "a decision came before the visit that it needs; tests/pipeline/test_ends.py",
    "residents_indexed": "residents were loaded before their indexes existed; tests/pipeline/test_matching.py",
    "expected_filings_refused": "a business system hands over an extract of expected people that does not follow its profile",
    "expected_papers_entered": "a person notes filings on paper; tests/pipeline/test_expected_filings.py kills it",
    "expected_reminded": "a person notes reminders; tests/pipeline/test_expected_filings.py",
    "act_entered": "a person acts on a case; tests/pipeline/test_acts.py kills it",
    "consents_taken": "a resident consents at the letter-box service; tests/channels/test_letterbox.py kills it",
    "openings_taken": "a resident opens a delivery; tests/channels/test_letterbox.py kills it",
    "notice_without_consent": "nobody consented to a document; tests/channels/test_letterbox.py kills it",
    "restricted_case_read": "a person looks at a case kept apart; tests/pipeline/test_readers.py",
    "comparison_revealed": "an IT desk looks at values with hub diff; tests/cli/test_diff.py",
    "consent_entered": "a clerk notes a consent; tests/channels/test_letterbox.py",
    "consent_ended": "a clerk ends a consent; tests/channels/test_letterbox.py",
    "certificate_issued": "a clerk issues a certificate; tests/pipeline/test_gift_certificates.py kills it",
    "benchmark_entered": "a benchmark makes its rows; no flow does",
    "notice_withheld": "a case names a protected person; tests/pipeline/test_protection.py",
    "registry_held_for_print": "a character of the book cannot be printed",
    "letter_stopped": "somebody moved away, died or is protected; tests/pipeline/test_letters.py",
    "letter_held": "a character of a letter cannot be printed; tests/pipeline/test_letters.py",
    "letters_posted": "the section that posts says so; tests/pipeline/test_letters.py",
    "letter_returned": "a letter came back; tests/pipeline/test_letters.py",
    "elsewhere_refused": "a counter's book that does not follow its profile; tests/pipeline/test_repeats_explained.py",
    "repeats_compared": "a paper filing is told after the online one was checked; tests/pipeline/test_repeats_explained.py",
    "application_merged": "a clerk settles a repeat; tests/pipeline/test_merges.py",
    "payment_file_put_aside": "a settlement file is refused or comes again; tests/pipeline/payments kills it",
    "claim_changed": "the owning system changes a claim; tests/pipeline/payments",
    "claim_withdrawn": "the owning system withdraws a claim; tests/pipeline/payments",
    "payment_items_renewed": "a payment does not fit; tests/pipeline/payments kills it",
    "payment_item_settled": "a person of 会計課 settles an item; tests/pipeline/payments",
    "posting_file_made": "a payment is matched; tests/pipeline/payments kills it",
    "posting_file_delivered": "a payment is matched; tests/pipeline/payments kills it",
    "campaign_planned": "a clerk plans a campaign; tests/pipeline/test_campaigns.py",
    "campaign_approved": "a second person approves a campaign; tests/pipeline/test_campaigns.py",
    "campaign_stopped": "somebody stops a campaign; tests/pipeline/test_campaigns.py",
    "campaign_resumed": "an approver resumes a campaign; tests/pipeline/test_campaigns.py",
    "campaign_withheld": "a kind was changed after its approval; tests/pipeline/test_campaigns.py",
    "campaign_wave": "an approved campaign; tests/pipeline/test_campaigns.py kills it",
    "campaign_ended": "an approved campaign; tests/pipeline/test_campaigns.py",
    "campaign_person_left_out": "something happens between plan and wave; tests/pipeline/test_exclusions.py",
    "stop_list_entered": "a clerk stops notices; tests/pipeline/test_exclusions.py",
    "stop_list_ended": "a clerk ends a stop; tests/pipeline/test_exclusions.py",
    "stop_sheet_taken": "a clerk leaves a sheet; tests/pipeline/test_exclusions.py",
    "stop_sheet_refused": "a clerk leaves a wrong sheet; tests/pipeline/test_exclusions.py",
    "slots_opened": "a section opens slots; tests/pipeline/test_slots.py",
    "notice_answered": "a resident answers a questionnaire; tests/pipeline/test_slots.py kills it",
    "answer_settled": "a section called about an answer; tests/pipeline/test_slots.py",
    "seat_given": "a section called and gave a seat; tests/pipeline/test_slots.py",
    "seat_taken_back": "a section freed a seat; tests/pipeline/test_slots.py",
    "correction_asked": "a clerk asks for a correction; tests/pipeline/test_corrections.py kills it",
    "correction_told": "a clerk asked for a correction; tests/pipeline/test_corrections.py kills it",
    "correction_reminded": "a correction is nearly due; tests/pipeline/test_corrections.py",
    "correction_extended": "a clerk extends a correction; tests/pipeline/test_corrections.py",
    "correction_answered": "a resident answers a correction; tests/pipeline/test_corrections.py",
    "correction_lapsed": "nobody answers a correction; tests/pipeline/test_corrections.py",
    "application_withdrawn": "a resident takes a fetched application back; tests/pipeline/test_corrections.py",
    "withdrawal_settled": "a section deals with a late withdrawal; tests/pipeline/test_corrections.py",
    "audit_sample_drawn": "an auditor draws a sample",
    "audit_paper_written": "an auditor draws a sample or writes its paper again",
    "audit_finding_entered": "an auditor finds something",
    "audit_measure_entered": "somebody answers a finding",
    "audit_list_written": "an auditor asks for rights or openings",
    "evidence_bundle_made": "a person asks for a bundle; tests/pipeline/bundles/test_values.py kills it",
    "evidence_bundle_sealed": "two people make a bundle with values; tests/pipeline/bundles/test_values.py kills it",
    "evidence_bundle_opened": "a person opens a bundle; tests/pipeline/bundles/test_values.py kills it",
    "alarm_ended": "a cause is gone; tests/pipeline/test_duty_kills.py kills it",
    "duty_missed": "nobody closed a day, or made a morning sheet; tests/pipeline/test_duty_kills.py kills it",
    "register_stale": "the register office hands over nothing for days; tests/pipeline/test_duty_kills.py kills it",
    "receipt_unknown": "a receiver leaves a receipt for a file that never went there; tests/pipeline/test_duty_kills.py kills it",
    "listing_repeated": "the portal counted up a version without other content",
}


@dataclass(frozen=True)
class Matrix:
    """The undisturbed day, how often it came by each fault point in each step, and the killed days of each step."""

    golden: Day
    hits: dict[str, Counter[str]]
    root: Path
    killed: dict[str, Future[list[Chain[Day]]]]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    folder = tmp_path_factory.mktemp("matrix")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=kills.warm_up) as workers:
        root = workers.submit(kills.new_root, folder / "root").result()
        golden, hits = workers.submit(kills.undisturbed, root, folder / "snapshots").result()
        killed = {}
        for step in NAMES:
            snapshot = folder / "snapshots" / step
            killed[step] = workers.submit(kills.killed_days, snapshot, orders_of(hits[step]), folder=folder / step)
        yield Matrix(golden, hits, root, killed)


def orders_of(hits: Counter[str]) -> list[Kill]:
    """Each point at its first hit, and again at a later one where the day comes by it often."""
    return [(name, hit) for name, times in hits.items() for hit in (1, 2) if hit == 1 or times >= OFTEN]


def test_the_undisturbed_day_is_balanced_and_ends_as_expected(matrix: Matrix) -> None:
    assert matrix.golden.balanced
    assert matrix.golden.faults == ()
    assert unexpected_outcomes(matrix.root, matrix.golden.outcomes) == []
    assert len(matrix.golden.outside.notices) > 5


@pytest.mark.parametrize("step", NAMES)
def test_a_day_killed_at_any_point_of_a_step_ends_as_an_undisturbed_one(matrix: Matrix, step: str) -> None:
    chains = matrix.killed[step].result()
    for chain in chains:
        allowed = [matrix.golden] if step != "intake.pull" else [matrix.golden, with_replaced_version(matrix)]
        assert chain.day in allowed, f"killed at {chain.killed}"
    assert [kill for chain in chains for kill in chain.killed] == orders_of(matrix.hits[step])


def with_replaced_version(matrix: Matrix) -> Day:
    """The other right end where a process dies between fetching and storing the first of two contents of one 受付番号.

    The portal then only has the second one, and what is fetched counts; nothing of the first was acknowledged.
    """
    [(receipt, both)] = [(receipt, words) for receipt, words in matrix.golden.outcomes.items() if len(words) > 1]
    assert both == ["delivered", "held:RECEIPT_CONFLICT"]
    papers = frozenset(name.replace(f"/{receipt}/", f"/{receipt}-v2/") for name in matrix.golden.papers)
    return replace(matrix.golden, papers=papers, outcomes={**matrix.golden.outcomes, receipt: ["delivered"]})


def test_every_fault_point_of_the_code_is_hit(matrix: Matrix) -> None:
    reached = {name for hits in matrix.hits.values() for name in hits}
    recorded = {name.removesuffix(".before_commit") for name in reached if name.endswith(".before_commit")}
    assert marked_points(day_sources()) - reached == {"case.old_aside", *KILLED_ELSEWHERE}
    assert recorded_events(day_sources()) - recorded == set(RARE_EVENTS)


def test_a_case_folder_that_is_written_again_after_a_kill_can_be_killed_too(matrix: Matrix, tmp_path: Path) -> None:
    orders = [("cases.folder_written", 1), ("case.old_aside", 1)]
    snapshot = matrix.root.parent / "snapshots" / "intake.cases"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=kills.warm_up) as worker:
        chains = worker.submit(kills.killed_days, snapshot, orders, folder=tmp_path).result()
    assert [chain.killed for chain in chains] == [tuple(orders)]
    assert chains[0].day == matrix.golden


def test_every_function_of_a_step_with_an_effect_stands_beside_a_fault_point() -> None:
    """Transactions, the sealed store and case folders carry their own points; every other effect needs one in the same function."""
    bare = []
    for path in sorted((PROJECT / "pipeline" / "steps").glob("*.py")):
        for function in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)):
            called = {name_of(call) for call in calls(function)}
            if called & {"update_status", "send", "fetch", "write_bytes", "deliver"} and "fault_point" not in called:
                bare.append(f"{path.name}:{function.name}")
    assert bare == []
