"""A resident's whole way in a real browser: file by hand, the DAGs run, read status and notice, answer a correction."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pipeline.certificates.gift import Gift, issue
from pipeline.corrections.asking import ask
from pipeline.corrections.places import Item
from pipeline.decision_acts import decide
from pipeline.decisions import DecisionInput
from pipeline.flow import run_flow
from pipeline.hub import open_hub
from pipeline.journal.correction_tables import corrections
from pipeline.journal.intake_tables import applications
from pipeline.journal.letterbox_tables import letterbox_openings
from pipeline.places import Root
from sandbox.process import Running
from tests.dags.browser import CHROMIUM, Page, browser
from tests.dags.conftest import CODE, moment
from vocabulary.clock import Clock

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed: residents' pages are not tried in a browser")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A browser with one page."""
    with browser(tmp_path_factory.mktemp("browser") / "profile") as found:
        yield found


def file_by_hand(page: Page, world: Running, title: str, at: int) -> tuple[str, str]:
    """File a form for the ``at``-th person whom the first page suggests. Gives address of the person's page and 受付番号."""
    page.open(f"https://127.0.0.1:{world.ports.portal}/resident/")
    links = f"[...document.querySelectorAll('article')].find(one => one.textContent.includes('{title}')).querySelectorAll('a')"
    page.open(str(page.run(f"{links}[{at}].href")))
    home = str(page.run("location.href"))
    page.press(f"{title}を申請する")
    assert "個人番号" not in page.run("[...document.querySelectorAll('label')].map(one => one.textContent).join()")
    page.fill("電話番号", "090-0000-1234")
    page.press("署名して申請する")
    return home, re.search(r"受付番号は (\d{8}-\d{8})", page.text)[1]  # type: ignore[index]  # a missing number fails the test


def run(world: Running, flow: str, at: datetime) -> None:
    """A flow at a moment, as the command line runs it."""
    world.control.set_clock(at)
    assert not run_flow(flow, CODE, root=Root(world.root), clock=Clock(at)).stopped


def ask_again(world: Running, receipt: str) -> None:
    """A clerk asks for a correction."""
    with open_hub(Root(world.root), CODE, Clock(moment(10))) as hub:
        row = hub.journal.rows(select(applications).where(applications.c.receipt == receipt))[0]
        ask(hub, row, [Item("form.pdf", "電話番号を確かめてください")], date(2026, 12, 8), actor="jidoteate-01", reason="試験")


def state_of_correction(world: Running) -> str:
    """The state of the only correction."""
    with open_hub(Root(world.root), CODE, Clock(moment(12))) as hub:
        return str(hub.journal.scalar(select(corrections.c.state)))


def test_a_resident_files_follows_and_corrects_in_the_browser(
    page: Page, world: Running, load_dag: Callable[[str], Any], at: Callable[[int], datetime], tmp_path: Path
) -> None:
    run(world, "refresh_links", at(6))
    world.control.set_clock(moment(8))
    home, receipt = file_by_hand(page, world, "児童手当 認定請求書", 0)
    other_home, other = file_by_hand(page, world, "児童手当 額改定認定請求書・額改定届", 2)
    assert "到達（市区町村の受付待ち）" in page.text
    page.photograph(tmp_path / "filed.png")

    assert str(load_dag("intake").test(logical_date=at(9)).state) == "success"
    ask_again(world, other)
    run(world, "notify", at(11))
    page.open(other_home)
    assert "補正依頼中" in page.text
    assert "電話番号を確かめてください" in page.text
    page.photograph(tmp_path / "correction.png")
    assert page.run("[...document.querySelectorAll('a')].filter(one => one.textContent === '再申請する').length") == 2
    page.press("再申請する")
    page.fill("電話番号", "090-0000-5678")
    page.press("署名して申請する")
    assert f"{other} の再申請" in page.text
    run(world, "intake", at(12))

    page.open(f"https://127.0.0.1:{world.ports.portal}/resident/")
    page.photograph(tmp_path / "front.png")
    page.press("受取システムが受領票を返す")
    page.press("受取システムが結果を返す")
    assert str(load_dag("notify").test(logical_date=at(15)).state) == "success"
    assert state_of_correction(world) == "answered"
    page.open(home)
    shown = page.text
    assert receipt in shown
    assert "完了" in shown
    assert "「児童手当 認定請求」の結果が決まりました" in shown
    page.photograph(tmp_path / "told.png")


def certify(world: Running, receipt: str) -> None:
    """A clerk accepts an offer and issues the certificate of the gift."""
    with open_hub(Root(world.root), CODE, Clock(moment(16))) as hub:
        said = DecisionInput("受理", "2026-11-24", "101", "", "none", "要件を確認した", source="", actor="jidoteate-01")
        decide(hub, receipt, said)
        gift = Gift(10_000, date(2026, 11, 24), "那こ第2345号", differs=True)
        issue(hub, receipt, gift, actor="jidoteate-01", reason="寄附を受領した")


def test_a_giver_agrees_to_the_letter_box_and_opens_the_certificate_there(page: Page, world: Running, tmp_path: Path) -> None:
    world.control.set_clock(moment(15))
    home, receipt = file_by_hand(page, world, "児童手当 寄附申出書", 3)
    run(world, "refresh_links", moment(15))
    run(world, "intake", moment(15))
    page.open(home)
    page.press("民間送達サービスの受信箱")
    assert "同意していません" in page.text
    page.press("受け取りに同意する")
    assert "から同意しています" in page.text
    certify(world, receipt)
    run(world, "notify", moment(16))

    page.open(home)
    assert "届いた文書 1件、未開封 1件" in page.text
    page.press("民間送達サービスの受信箱")
    assert "寄附金受領証明書をお送りします" in page.text
    page.photograph(tmp_path / "letterbox.png")
    page.press("開封する")
    assert "那こ第2345号" in page.text
    links = "[...document.querySelectorAll('li a')].map(one => one.href)"
    xml, pdf = (page.run(f"fetch({links}[{at}]).then(one => one.text()).then(text => text.slice(0, 60))") for at in (0, 1))
    assert xml.startswith("<?xml")
    assert pdf.startswith("%PDF-")
    run(world, "notify", moment(17))
    with open_hub(Root(world.root), CODE, Clock(moment(17))) as hub:
        assert hub.journal.scalar(select(letterbox_openings.c.opened_at)) == moment(16).isoformat()


def test_pages_ask_nothing_of_other_hosts_and_unknown_ones_say_so(page: Page, world: Running) -> None:
    start = f"https://127.0.0.1:{world.ports.portal}/resident/"
    page.open(start)
    loaded = page.run("performance.getEntriesByType('resource').map(one => one.name)")
    assert all(name.startswith(f"https://127.0.0.1:{world.ports.portal}/") for name in loaded)
    assert page.run("document.querySelectorAll('script').length") == 0
    assert page.run("[...document.querySelectorAll('input,select')].every(one => one.labels.length === 1)")
    page.open(f"{start}000000000000000")
    assert "ページが見つかりません" in page.text


def test_six_who_press_at_once_file_under_six_numbers_and_nonsense_is_told(page: Page, world: Running) -> None:
    start = f"https://127.0.0.1:{world.ports.portal}/resident/"
    page.open(start)
    path = str(page.run("[...document.querySelectorAll('article a')].at(-1).pathname"))
    post = "{method: 'POST', redirect: 'follow', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'x=1'}"
    ask = f"fetch('{path}/apply/ninshin-todokede', {post}).then(one => one.url)"
    filed = page.run(f"Promise.all([{', '.join([ask] * 6)}])")
    assert len({re.search(r"filed=(\d{8}-\d{8})$", address)[1] for address in filed}) == 6  # type: ignore[index]  # a missing number fails the test
    wrong = page.run(f"fetch('/resident/world', {post.replace('x=1', 'now=soon')}).then(one => one.text())")
    assert "の形で入力してください" in wrong
