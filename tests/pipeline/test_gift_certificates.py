"""寄附金受領証明書: issued by a person once the gift was received; XML and PDF, the same bytes on every way."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from signal import SIGKILL

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader
from sqlalchemy import select, update

from connectors.letterbox import Document
from pipeline.act_cases import case_of
from pipeline.certificates.gift import Gift, issue
from pipeline.certificates.reissue import reissue
from pipeline.certificates.xml import certificate_xml, gift_layout, read_certificate, schema_text
from pipeline.decision_acts import decide
from pipeline.decisions import DecisionInput
from pipeline.errors import HubError
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.letter_tables import letters
from pipeline.journal.register_tables import residents
from pipeline.letterbox.consents import add_consent
from pipeline.letterbox.documents import documents_of
from pipeline.letterbox.sending import delivery_of
from pipeline.letters.making import letters_folder
from pipeline.letters.posting import post_day
from pipeline.lineage import trace_of
from pipeline.lineage_words import lines_of
from pipeline.notices.desk import standing, try_anew
from pipeline.steps.letterbox import letterbox
from pipeline.steps.letters import letters as make_letters
from sandbox.applications import Bureau, Slot
from sandbox.listing_lines import line_of
from sandbox.town import build_town
from tests.pipeline.days import DAY, INTAKE, NAHA, at, hub_at, outside, run
from tests.pipeline.small_towns import lay_out

CLERK, OFFER = "jidoteate-01", "20261124-00000001"
HUB = Path(sys.executable).with_name("hub")
GIFT = Gift(amount=10_000, received_on=DAY, number="那こ第2345号")
SCHEMA = etree.XMLSchema(etree.fromstring(schema_text(gift_layout()).encode()))


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One person offered a gift; the record is delivered."""
    town = build_town(seed=20, day=DAY, wanted={"schooling": 1}, residents=60)
    bureau = Bureau(town, DAY, NAHA)
    filed = bureau.file("jidoteate-kifu", bureau.household("schooling"), Slot(OFFER, at(7), at(7)))
    line = line_of(filed, filed.packed(bureau.printer))
    root = lay_out(tmp_path_factory.mktemp("gift") / "root", town, [line], day=DAY, moment=at(6))
    with outside(root, at(9)):
        run(root, ("refresh_links", *INTAKE), at(9))
    return root


@pytest.fixture
def root(own: Callable[[Path], Path], delivered: Path) -> Path:
    return own(delivered)


@pytest.fixture
def hub(root: Path) -> Iterator[Hub]:
    with hub_at(root, at(15)) as opened:
        accept(opened)
        yield opened


def accept(hub: Hub) -> None:
    decide(hub, OFFER, DecisionInput("受理", "2026-11-24", "101", "", "none", "要件を確認した", source="", actor=CLERK))


def issued(hub: Hub) -> int:
    return issue(hub, OFFER, GIFT, actor=CLERK, reason="寄附を受領した")


def certificate(hub: Hub) -> tuple[Document, Document]:
    (row,) = hub.journal.rows(select(notice_outbox).where(notice_outbox.c.kind == "kifu-shomei").limit(1))
    xml, pdf = documents_of(hub, row)
    return xml, pdf


def test_the_xml_follows_its_schema_and_comes_back_unchanged(hub: Hub) -> None:
    issued(hub)
    xml, _ = certificate(hub)
    SCHEMA.assertValid(etree.fromstring(xml.data))
    values = read_certificate(gift_layout(), xml.data)
    assert (values["寄附金額"], values["受領日"], values["証明書番号"]) == ("10000", "2026-11-24", "那こ第2345号")
    assert certificate_xml(gift_layout(), values) == xml.data


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXT, min_size=6, max_size=6), amount=st.integers(1, 99_999_999), day=st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_any_certificate_round_trips(texts: list[str], amount: int, day: date) -> None:
    fixed = {"発行日": day.isoformat(), "受領日": day.isoformat(), "発行者コード": "472018", "寄附金額": str(amount)}
    free = iter([*texts, "x"])
    values = {item.name: fixed.get(item.name) or next(free)[: item.longest] for item in gift_layout().items}
    data = certificate_xml(gift_layout(), values)
    SCHEMA.assertValid(etree.fromstring(data))
    assert read_certificate(gift_layout(), data) == values


@pytest.mark.parametrize(("item", "text"), [("寄附金額", "0"), ("寄附金額", "三万"), ("受領日", "2026-13-01"), ("証明書番号", "")])
def test_the_schema_refuses_what_is_no_certificate(item: str, text: str) -> None:
    values = {one.name: {"day": "2026-11-24", "amount": "1", "code": "472018"}.get(one.sort, "あ") for one in gift_layout().items}
    assert SCHEMA.validate(etree.fromstring(certificate_xml(gift_layout(), values)))
    assert not SCHEMA.validate(etree.fromstring(certificate_xml(gift_layout(), {**values, item: text})))


def test_the_page_says_amount_and_days_in_japanese_words_and_leaves_room_for_the_seal(hub: Hub) -> None:
    issued(hub)
    _, pdf = certificate(hub)
    (page,) = PdfReader(io.BytesIO(pdf.data)).pages
    text = page.extract_text()
    for word in ("寄附金受領証明書", "10,000円", "令和8年11月24日", "那こ第2345号", "公印", "様"):
        assert word in text
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]


def test_the_page_is_drawn_in_black_on_white_within_its_margins(hub: Hub, tmp_path: Path) -> None:
    issued(hub)
    (tmp_path / "page.pdf").write_bytes(certificate(hub)[1].data)
    subprocess.run(["pdftoppm", "-r", "40", "-gray", str(tmp_path / "page.pdf"), str(tmp_path / "page")], check=True)
    _, size, _, levels = next(tmp_path.glob("page*.pgm")).read_bytes().split(b"\n", 3)
    width, height = (int(one) for one in size.split())
    inked = [divmod(place, width) for place, level in enumerate(levels) if level < 200]
    assert 0.08 * width < min(column for _, column in inked)
    assert max(column for _, column in inked) < 0.92 * width
    assert max(row for row, _ in inked) - min(row for row, _ in inked) > 0.5 * height


def test_a_certificate_is_issued_once(hub: Hub) -> None:
    issued(hub)
    with pytest.raises(HubError, match="自動では送れません"):
        issued(hub)


@pytest.mark.parametrize(
    ("gift", "words"),
    [
        (replace(GIFT, amount=0), "寄附金額"),
        (replace(GIFT, received_on=date(2027, 1, 1)), "先の日付"),
        (replace(GIFT, number=" "), "証明書番号"),
        (replace(GIFT, number="外字\U000f0000号"), "印刷できません"),
    ],
)
def test_what_cannot_be_certified_is_refused(hub: Hub, gift: Gift, words: str) -> None:
    with pytest.raises(HubError, match=words):
        issue(hub, OFFER, gift, actor=CLERK, reason="寄附を受領した")


def test_an_amount_that_is_not_the_offer_s_takes_a_word_of_the_clerk(hub: Hub) -> None:
    other = replace(GIFT, amount=GIFT.amount + 1)
    with pytest.raises(HubError, match="申出の寄附額と違います"):
        issue(hub, OFFER, other, actor=CLERK, reason="寄附を受領した")
    assert issue(hub, OFFER, replace(other, differs=True), actor=CLERK, reason="二回の支払期月で受領した")


def test_an_offer_that_nobody_accepted_gets_no_certificate(root: Path) -> None:
    with hub_at(root, at(15)) as hub, pytest.raises(HubError, match="受理されていません"):
        issued(hub)


def test_another_section_may_not_issue_it(hub: Hub) -> None:
    with pytest.raises(HubError):
        issue(hub, OFFER, GIFT, actor="hoiku-01", reason="寄附を受領した")


def test_who_does_not_consent_gets_the_certificate_behind_the_letter(hub: Hub) -> None:
    issued(hub)
    with outside(hub.root.folder, at(15)):
        letterbox(hub)
    assert make_letters(hub)["made"] == 1
    (row,) = hub.journal.rows(select(letters))
    pages = PdfReader(letters_folder(hub, DAY.isoformat()) / row.name).pages
    assert row.pages == len(pages) == 2
    assert "寄附金受領証明書をお送りします" in pages[0].extract_text()
    assert "10,000円" in pages[1].extract_text()


def test_who_consents_gets_the_same_two_files_whoever_sends_them(hub: Hub) -> None:
    number = issued(hub)
    (row,) = hub.journal.rows(select(notice_outbox).where(notice_outbox.c.id == number))
    first = delivery_of(hub, row)
    with hub.journal.write() as write:
        write.execute(update(residents).where(residents.c.atena == row.atena).values(kind="2"))
        write.leaf("resident_changed")
    assert delivery_of(hub, row) == first
    with outside(hub.root.folder, at(15)) as running:
        running.control.consent(row.atena, act="given", at=at(15))
        add_consent(hub, row.atena, ["kifu-shomei"], actor=CLERK, reason="同意書")
        assert letterbox(hub)["accepted"] == 1
        got = running.control.open_delivery(row.reference, at(16))
        assert letterbox(hub)["openings"] == 1
    assert [(one["name"], one["type"], one["sha256"]) for one in got] == [
        (one.name, one.media, one.cells()["sha256"]) for one in certificate(hub)
    ]
    told = list(lines_of(trace_of(hub, case_of(hub, OFFER))))
    assert "  2026-11-24 16:00:00 開封 kifu-shomei" in told


@pytest.mark.parametrize("posted", [False, True])
def test_a_wrong_certificate_is_taken_back_and_issued_anew_by_two_people(hub: Hub, posted: bool) -> None:
    right = replace(GIFT, amount=9_000, number="那こ第2346号", differs=True)
    with pytest.raises(HubError, match="まだ発行されていません"):
        reissue(hub, OFFER, right, actor=CLERK, reason="金額の誤り")
    issued(hub)
    with outside(hub.root.folder, at(15)):
        letterbox(hub)
    make_letters(hub)
    if posted:
        post_day(hub, DAY.isoformat(), 1, actor="bunsho-01", reason="差出し")
    with pytest.raises(HubError, match="同じです"):
        reissue(hub, OFFER, replace(right, number=GIFT.number), actor=CLERK, reason="金額の誤り")
    assert reissue(hub, OFFER, right, actor=CLERK, reason="金額の誤り").state == "asked"
    other = replace(right, amount=8_000)
    assert reissue(hub, OFFER, other, actor="jidoteate-kakaricho", reason="金額の誤り").state == "asked"
    assert reissue(hub, OFFER, right, actor="jidoteate-kakaricho", reason="金額の誤り").state == "done"
    with outside(hub.root.folder, at(15)):
        letterbox(hub)
    make_letters(hub)
    paper = hub.journal.rows(select(notice_outbox).where(notice_outbox.c.channel == "paper").order_by(notice_outbox.c.id))
    assert [(row.state, row.code) for row in paper] == [("accepted" if posted else "given_up", "CERTIFICATE_REPLACED"), ("sent", None)]
    batch = PdfReader(letters_folder(hub, DAY.isoformat()) / f"郵送文書_{DAY}.pdf").pages
    text = "".join(page.extract_text() for page in batch)
    assert len(batch) == 2
    if not posted:
        assert [row for row in standing(hub) if row.code == "CERTIFICATE_REPLACED"] == []
    assert "9,000円" in text
    assert "10,000円" not in text
    assert "那こ第2345号）は取り消しました" in text.replace("\n", "")


def test_a_certificate_taken_back_before_it_was_sent_is_never_sent(hub: Hub) -> None:
    first = issued(hub)
    for actor in (CLERK, "jidoteate-kakaricho"):
        reissue(hub, OFFER, replace(GIFT, number="那こ第2346号"), actor=actor, reason="受領日の誤り")
    with pytest.raises(HubError, match="取り消した証明書"):
        try_anew(hub, str(first), actor=CLERK, reason="送り直す")
    with outside(hub.root.folder, at(15)):
        letterbox(hub)
    assert make_letters(hub) == {"made": 1, "stopped": 0, "held": 0}


@pytest.mark.parametrize("side", ["before_commit", "after_commit"])
def test_a_kill_while_it_is_issued_leaves_one_certificate(root: Path, side: str) -> None:
    with hub_at(root, at(15)) as hub:
        accept(hub)

    order = [str(HUB), "certificates", "issue", OFFER, "--amount", "10000", "--received-on", "2026-11-24", "--number", GIFT.number]
    order += ["--actor", CLERK, "--reason", "寄附を受領した", "--root", str(root), "--municipality", NAHA]
    environment = {**os.environ, "HUB_NOW": at(15).isoformat(), "HUB_FAULT": f"certificate_issued.{side}:1:kill"}
    # A process of its own: a fork of one that has printed already would wait for the printer's threads.
    killed = subprocess.run(order, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert killed.returncode == -SIGKILL, killed.stderr
    with hub_at(root, at(15)) as hub:
        if side == "before_commit":
            issued(hub)
        assert len(hub.journal.rows(select(notice_outbox).where(notice_outbox.c.kind == "kifu-shomei"))) == 1
