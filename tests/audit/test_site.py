"""The auditors' site: counts are the journal's, links lead somewhere, no value stands there, a change of the checks is named."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pypdf
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from pipeline.acts import enter_act
from pipeline.audit.changes import changes_between
from pipeline.audit.contributions import rise_of
from pipeline.audit.day_figures import enter_day, figures_of_day
from pipeline.audit.figures import read_figures, write_figures
from pipeline.audit.reporting import report_to_auditors
from pipeline.audit.samples import draw_sample, enter_finding, sample_items
from pipeline.audit.site import weeks_until
from pipeline.audit.working_papers import write_paper
from pipeline.cli import main
from pipeline.hub import Hub
from pipeline.journal.audit_tables import audit_days
from pipeline.journal.delivery_tables import canonical
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.intake_tables import applications, persons
from pipeline.places import PROJECT
from pipeline.records import load_tables
from pipeline.residents import by_atena
from pipeline.steps.close_day import inspect_day
from tests.audit.weeks import CLAIM, NURSERY, RULE, day_figures
from tests.pipeline.days import DAY, NEXT_DAY, at, hub_at

Own = Callable[[], Path]


def _pages(root: Path) -> list[Path]:
    return sorted((root / "reports" / "audit").rglob("*.html"))


def test_every_link_of_the_site_leads_to_a_page_or_a_place_on_it(closed_root: Path) -> None:
    broken = []
    for page in _pages(closed_root):
        for target in re.findall(r'href="([^"]+)"', page.read_text(encoding="utf-8")):
            if target.startswith("data:"):
                continue
            address, _, anchor = unquote(target).partition("#")
            file = (page.parent / address).resolve() if address else page
            if not file.is_file() or (anchor and f'id="{anchor}"' not in file.read_text(encoding="utf-8")):
                broken.append((page.name, target))
    assert broken == []


def test_every_run_is_named_by_what_it_checked(closed_root: Path) -> None:
    runs = (closed_root / "reports" / "audit" / DAY.isoformat() / "runs.html").read_text(encoding="utf-8")
    named = set(re.findall(r'<a href="\.\./procedure-[^"]+">([^<]+)</a>', runs))
    assert {"児童手当 認定請求", "児童手当 認定請求（申請どうし・台帳との照合）", "児童手当 認定請求（重複の疑い）"} <= named
    assert not re.search(r'class="name">[^<]', runs)


def test_the_counts_of_the_site_are_those_of_the_journal_and_of_the_close(closed_root: Path) -> None:
    with hub_at(closed_root, at(19)) as hub:
        figures = figures_of_day(hub, DAY)
        counts = inspect_day(hub, DAY).balance.total
        held = hub.journal.scalar(select(func.count()).select_from(applications).where(applications.c.disposition == "held"))
        reasons = {row.receipt: row.reason for row in hub.journal.rows(select(applications))}
    assert figures is not None
    assert (figures.arrived, figures.delivered, figures.held_of()) == (counts.stored, counts.delivered, held)
    assert {receipt: one.code for one in figures.held for receipt in one.receipts}.items() <= reasons.items()
    page = (closed_root / "reports/audit/index.html").read_text(encoding="utf-8")
    assert f'<td class="figure">{figures.arrived}</td><td class="figure">{held}</td>' in page


def test_no_value_of_a_resident_stands_on_any_page_or_paper(own: Own) -> None:
    root = own()
    with hub_at(root, at(19)) as hub:
        sample = draw_sample(hub, seed="s", size=16, first=DAY, last=DAY, actor="kansa-01")
        _name_people(hub, sample)
        papers = write_paper(hub, sample)
        # A birth of this year may be a day that the pages themselves have.
        values = {value for value in _values(hub) if not value.startswith(f"{DAY.year}-")}
    texts = [page.read_text(encoding="utf-8") for page in _pages(root)]
    texts += [(papers / name).read_text(encoding="utf-8") for name in ("index.html", "監査調書.csv")]
    texts += [page.extract_text() for page in pypdf.PdfReader(papers / "監査調書.pdf").pages]
    text = "".join(texts)
    assert len(values) > 100
    assert sorted(value for value in values if value in text) == []
    assert text.count("本人に電話で確認") >= 3
    assert "受領済 送信済" in text


def _name_people(hub: Hub, sample: int) -> None:
    """Staff and auditor write into their reasons whom a case is about, which they should not."""
    for item in sample_items(hub, sample):
        known = hub.journal.rows(select(persons.c.atena).where(persons.c.application == item.id, persons.c.atena.is_not(None)))
        for resident in filter(None, (by_atena(hub, row.atena) for row in known)):
            text = f"{resident.name}（{resident.kana}、宛名番号{resident.atena}）本人に電話で確認"
            enter_finding(hub, sample, item.place, text=text, actor="kansa-01")
            with hub.journal.write() as write:
                enter_act(hub, write, kind="hold", actor="jidoteate-01", reason=text.replace("　", ""), application=item.id)


def _values(hub: Hub) -> Iterator[str]:
    """Names, kana, birth dates, addresses and numbers of everybody in the town's applications."""
    atena = {row.atena for row in hub.journal.rows(select(persons.c.atena)) if row.atena}
    for resident in filter(None, (by_atena(hub, one) for one in sorted(atena))):
        yield from (resident.atena, resident.name, resident.kana, resident.birth, resident.address)
    ids = [row.application for row in hub.journal.rows(select(canonical.c.application))]
    telling = re.compile("shimei|kana|seinengappi|jusho|kojinbango|kozabango|denwa")
    for tables in load_tables(hub, ids).values():
        for table in tables.values():
            cells = (cell for name, column in table.columns.items() if telling.search(name) for cell in column)
            yield from (cell for cell in cells if cell and len(cell) >= 4)


def test_a_rule_that_was_disabled_between_two_days_is_named_by_the_report(
    own: Own, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, specs = own(), tmp_path / "mappings"
    shutil.copytree(PROJECT / "mappings", specs, ignore=shutil.ignore_patterns("__pycache__"))
    file = specs / "procedures" / CLAIM / "expectations.yaml"
    rules = file.read_text(encoding="utf-8").split("  - id: ")
    kept = [rule for rule in rules if not rule.startswith(f"{RULE}\n")]
    weakened = [rule.replace("status: hold", "status: shadow") if rule.startswith("NINTEI-02\n") else rule for rule in kept]
    assert len(kept) == len(rules) - 1
    assert weakened != kept
    file.write_text("  - id: ".join(weakened), encoding="utf-8")
    monkeypatch.setenv("HUB_MAPPINGS", str(specs))
    with hub_at(root, at(18, day=NEXT_DAY)) as hub:
        report_to_auditors(hub, inspect_day(hub, NEXT_DAY))
        found = weeks_until(hub, NEXT_DAY).changes[NEXT_DAY]
    assert [(one.kind, one.rule) for one in found if one.looser] == [("gone", RULE), ("weaker", "NINTEI-02")]
    for page in ("index.html", f"{NEXT_DAY}/index.html"):
        text = (root / "reports/audit" / page).read_text(encoding="utf-8")
        assert RULE in text
        assert "△ 無くなった" in text
        assert "△ 弱められた" in text


def test_a_rule_set_that_only_ran_during_the_day_is_named_too() -> None:
    before, after = day_figures(DAY, "r"), replace(day_figures(NEXT_DAY, "r"), ran={CLAIM: ("v1", "v0")})
    assert [(one.kind, one.after) for one in changes_between(before, after, {"r": ()})] == [("between", "v0")]


def test_a_day_entered_again_changes_nothing_and_leaves_no_trace(own: Own) -> None:
    with hub_at(own(), at(19)) as hub:
        leaves = select(func.count()).select_from(log_leaves)
        before = hub.journal.scalar(leaves)
        enter_day(hub, DAY, balanced=True)
        assert hub.journal.scalar(leaves) == before


def test_what_was_held_in_the_evening_stays_so_when_the_day_is_closed_again_after_a_release(own: Own) -> None:
    root = own()
    with hub_at(root, at(9, day=NEXT_DAY)) as hub:
        then = figures_of_day(hub, DAY)
        assert then is not None
        assert then.held
        with hub.journal.write() as write:
            values = {"disposition": "withdrawn", "reason": None, "disposed_on": NEXT_DAY.isoformat()}
            write.execute(applications.update().where(applications.c.disposition == "held").values(**values))
            write.leaf("tried")
        assert enter_day(hub, DAY, balanced=True).held == then.held


def test_another_filing_with_the_number_of_a_held_one_is_not_held_when_the_day_is_closed_again(own: Own) -> None:
    with hub_at(own(), at(9, day=NEXT_DAY)) as hub:
        then = figures_of_day(hub, DAY)
        assert then is not None
        delivered = hub.journal.scalar(select(applications.c.id).where(applications.c.disposition == "delivered"))
        with hub.journal.write() as write:
            values = {"receipt": then.held[0].receipts[0], "version": 9}
            write.execute(applications.update().where(applications.c.id == delivered).values(**values))
            write.leaf("tried")
        assert enter_day(hub, DAY, balanced=True).held == then.held


def test_a_day_that_a_person_closes_has_its_figures_and_pages_too(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    root = own()
    with hub_at(root, at(19)) as hub, hub.journal.write() as write:
        write.execute(audit_days.delete().where(audit_days.c.day == DAY.isoformat()))
        write.leaf("tried")
    shutil.rmtree(root / "reports" / "audit" / DAY.isoformat())
    monkeypatch.setenv("HUB_NOW", at(20).isoformat())
    CliRunner().invoke(main, ["close", "--date", DAY.isoformat(), "--root", str(root)])
    with hub_at(root, at(21)) as hub:
        assert figures_of_day(hub, DAY) is not None
    assert (root / "reports" / "audit" / DAY.isoformat() / "index.html").is_file()


def test_the_parts_of_a_rise_add_up_to_it() -> None:
    earlier = [day_figures(DAY - timedelta(days=number), "r", arrived=30 + number) for number in range(1, 9)]
    held = {(CLAIM, "PERSON_NOT_FOUND", ""): 1, (CLAIM, "DATE_ORDER", RULE): 9, (NURSERY, "SIG_INVALID", ""): 2}
    today = day_figures(DAY, "r", held=held)
    rise = rise_of(today, earlier)
    assert rise is not None
    assert rise.reasons[0].key == ("DATE_ORDER", RULE, CLAIM)
    for parts in (rise.reasons, rise.procedures):
        assert sum(part.points for part in parts) == pytest.approx(rise.points)


def test_figures_come_back_as_they_were_written() -> None:
    figures = day_figures(DAY, "r")
    assert read_figures(DAY.isoformat(), "r", write_figures(figures)) == figures
