"""What a clerk says of a repeat is done: settled, replaced or gone on with; a correction needs no such word."""


from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pipeline.errors import SettingError
from pipeline.journal.act_tables import acts
from pipeline.journal.decision_tables import status_outbox
from pipeline.journal.delivery_tables import batch_items, obligations
from pipeline.journal.intake_tables import applications, findings
from pipeline.merges import merge
from pipeline.steps.check_records import check_records
from pipeline.steps.release import release
from tests.pipeline.days import at, hub_at, rows
from tests.pipeline.repeats import (
    CLERK,
    NINTEI,
    atena_of,
    change,
    repeated,
    row_of,
    same_child,
    set_people,
    two_claims,
)


@pytest.fixture
def root(own: Callable[[Path], Path], mapped_root: Path) -> Path:
    return own(mapped_root)


def test_a_kind_that_holds_stops_the_later_filing_until_a_clerk_answers(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub_at(root, at(9, 30)) as hub:
        first, second = same_child(hub)
        kinds = tuple(kind.model_copy(update={"status": "hold"}) for kind in hub.catalogue.repeats.kinds if kind.id == "same-child")
        monkeypatch.setattr(hub.catalogue.repeats.__class__, "of", lambda self, own: kinds)
        check_records(hub)
        assert (row_of(hub, first.id).stage, row_of(hub, second.id).reason) == ("checked", "REPEAT_SUSPECTED")
        assert merge(hub, second.receipt, first.receipt, "separate", **CLERK)
        check_records(hub)
        assert row_of(hub, second.id).stage == "checked"


def test_a_repeat_is_settled_once_and_the_resident_is_told(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        first, second = repeated(hub)
        check_records(hub)
        assert row_of(hub, second.id).reason == "REPEAT_FILING"
        assert [merge(hub, second.receipt, first.receipt, "repeat", **CLERK) for _ in range(2)] == [True, False]
        check_records(hub)
        assert (row_of(hub, second.id).disposition, row_of(hub, second.id).reason) == ("settled", "MERGED_REPEAT")
        assert hub.journal.rows(select(obligations).where(obligations.c.application == second.id)) == []
        told = hub.journal.rows(select(status_outbox.c.status).where(status_outbox.c.application == second.id))
        assert "WITHDRAWN" in {row.status for row in told}
        assert hub.journal.scalar(select(func.count()).select_from(acts).where(acts.c.kind == "merge")) == 1
        with pytest.raises(SettingError, match="すでに終わっています"):
            merge(hub, second.receipt, first.receipt, "separate", **CLERK)


def test_a_replacement_settles_the_earlier_one_and_goes_on(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        first, second = repeated(hub)
        check_records(hub)
        assert [merge(hub, second.receipt, first.receipt, "replacement", **CLERK) for _ in range(2)] == [True, False]
        check_records(hub)
        assert (row_of(hub, first.id).reason, row_of(hub, second.id).stage) == ("MERGED_REPLACED", "checked")
        assert hub.journal.rows(select(obligations).where(obligations.c.application == first.id)) == []


def test_what_replaces_a_delivered_filing_goes_on_and_says_so_and_the_delivered_one_is_no_repeat_any_more(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        first, second = repeated(hub)
        check_records(hub)
        release(hub)
        assert hub.journal.scalar(select(func.count()).select_from(batch_items).where(batch_items.c.application == first.id))
        with pytest.raises(SettingError, match="すでに業務システムへ出力しました"):
            merge(hub, first.receipt, second.receipt, "repeat", **CLERK)
        assert merge(hub, second.receipt, first.receipt, "replacement", **CLERK)
        check_records(hub)
        said = hub.journal.rows(select(findings).where(findings.c.application == second.id, findings.c.code == "REPLACES_DELIVERED"))
        assert (row_of(hub, second.id).stage, [one.place for one in said]) == ("checked", [f"receipt {first.receipt}"])


def test_separate_filings_go_on_both(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        first, second = repeated(hub)
        check_records(hub)
        assert [merge(hub, second.receipt, first.receipt, "separate", **CLERK) for _ in range(2)] == [True, False]
        check_records(hub)
        assert {row_of(hub, one.id).stage for one in (first, second)} == {"checked"}


@pytest.mark.parametrize(
    ("receipt", "earlier", "actor", "words"),
    [
        ("20260101-00000001", "second", "jidoteate-01", "の申請はありません"),
        ("second", "nowhere", "jidoteate-01", "その番号の受付はありません"),
        ("second", "second", "jidoteate-01", "同じ申請です"),
        ("second", "other", "jidoteate-01", "別の手続の申請です"),
        ("second", "first", "hoiku-01", "ではありません"),
        ("second", "first", "nobody", "登録されていません"),
    ],
)
def test_what_cannot_be_merged_is_refused_in_a_sentence(mapped_root: Path, receipt: str, earlier: str, actor: str, words: str) -> None:
    with hub_at(mapped_root, at(9, 30)) as hub:
        first, second = two_claims(hub)
        (other,) = hub.journal.rows(select(applications).where(applications.c.procedure != NINTEI).limit(1))
        names = {"first": first.receipt, "second": second.receipt, "other": other.receipt}
        with pytest.raises(SettingError, match=words):
            merge(hub, names.get(receipt, receipt), names.get(earlier, earlier), "repeat", actor=actor, reason="確認")
        assert hub.journal.rows(select(acts).where(acts.c.kind == "merge")) == []


@pytest.mark.parametrize(("handed_on", "code"), [(False, "CORRECTED"), (True, "CORRECTS_DELIVERED")])
def test_a_correction_answers_its_first_filing_and_is_not_held(root: Path, handed_on: bool, code: str) -> None:
    with hub_at(root, at(9, 30)) as hub:
        first, second = repeated(hub)
        set_people(hub, second.id, "claimant", atena_of(hub, first.id, "claimant"))
        change(hub, second.id, previous_receipt=first.receipt, stage="identified")
        check_records(hub)
        if handed_on:
            release(hub)
        change(hub, second.id, stage="mapped")
        check_records(hub)
        said = rows(root, select(findings.c.application).where(findings.c.code == code))
        assert row_of(hub, second.id).stage == "checked"
        assert row_of(hub, first.id).disposition == ("open" if handed_on else "settled")
        assert [one.application for one in said] == [second.id if handed_on else first.id]


def test_who_names_a_restricted_filing_beside_his_own_does_not_learn_that_it_is_one(root: Path) -> None:
    with hub_at(root, at(9, 30)) as hub:
        first, second = repeated(hub)
        check_records(hub)
        change(hub, first.id, restricted=True)
        with pytest.raises(SettingError) as refused:
            merge(hub, second.receipt, first.receipt, "repeat", **CLERK)
        assert f"受付番号 {first.receipt} を扱う職員ではありません" in str(refused.value)
        assert not any(word in str(refused.value) for word in ("支援措置", "restricted"))
