"""What a filled text may be at run time, and its preview for an application: a text that grew too long is nobody's secret."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from pipeline.alarms import open_alarms
from pipeline.cli import main
from pipeline.hub import Hub, open_hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.intake_tables import applications, findings
from pipeline.notices.outbox import NoticeOrder, owe_notice
from pipeline.places import Root
from tests.pipeline.days import NAHA, at
from vocabulary.clock import Clock

Own = Callable[[Path], Path]


def order(hub: Hub, body: str) -> NoticeOrder:
    """A correction for the first application of which somebody may be told."""
    mine = select(applications).where(applications.c.municipality == hub.code, applications.c.restricted.is_(False))
    row = hub.journal.rows(mine.order_by(applications.c.id))[0]
    key, kind = f"application {row.id}/try", f"{row.procedure}/correction"
    return NoticeOrder(kind, "correction", key, "0" * 15, "027", "件名", body, application=row.id)


@pytest.mark.parametrize("body", ["長" * 1001, "番号は 1234-5678-9018 です", "<b>太字</b>"])
def test_a_text_that_may_not_go_out_is_a_remark_for_the_section_and_an_alarm_and_never_a_notice(
    own: Own, delivered_root: Path, body: str
) -> None:
    with open_hub(Root(own(delivered_root)), NAHA, Clock(at(18))) as hub:
        wanted = order(hub, body)
        with hub.journal.write() as write:
            assert owe_notice(hub, write, wanted) is None
        assert hub.journal.rows(select(notice_outbox).where(notice_outbox.c.subject_key == wanted.subject_key)) == []
        said = hub.journal.rows(select(findings).where(findings.c.code == "NOTICE_TEXT"))
        assert [(one.application, one.place, one.severity) for one in said] == [(wanted.application, wanted.kind, "alert")]
        assert body not in said[0].detail
        assert ("NOTICE_TEXT_REFUSED", f"{wanted.kind} {wanted.subject_key}") in [(one.kind, one.subject) for one in open_alarms(hub)]
        with hub.journal.write() as write:
            assert owe_notice(hub, write, order(hub, "短い本文")) is not None


def test_a_preview_for_an_application_has_its_receipt_and_none_is_shown_of_a_protected_case(
    own: Own, delivered_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = own(delivered_root)
    monkeypatch.setenv("HUB_NOW", at(18).isoformat())
    with open_hub(Root(root), NAHA, Clock(at(18))) as hub:
        rows = hub.journal.rows(select(applications).order_by(applications.c.id))
    place = ["--municipality", NAHA, "--root", str(root)]
    plain = next(row for row in rows if not row.restricted and row.procedure == "jidoteate-nintei")
    shown = CliRunner().invoke(main, ["notice", "preview", "jidoteate-nintei/correction", "--for", plain.receipt, *place])
    assert shown.exit_code == 0, shown.output
    assert plain.receipt in shown.output
    other = CliRunner().invoke(main, ["notice", "preview", "hoiku-riyo/correction", "--for", plain.receipt, *place])
    assert (other.exit_code, "jidoteate-nintei" in other.output) == (2, True)
    apart = next(row for row in rows if row.restricted)
    refused = CliRunner().invoke(main, ["notice", "preview", f"{apart.procedure}/correction", "--for", apart.receipt, *place])
    assert (refused.exit_code, "係長に確かめてください" in refused.output, "支援措置" in refused.output) == (2, True, False)
