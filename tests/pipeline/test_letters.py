import csv
import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select, update

from pipeline.errors import HubError
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.intake_tables import applications
from pipeline.journal.letter_tables import letters
from pipeline.journal.register_tables import residents
from pipeline.letters.mail_list import write_mail_list
from pipeline.letters.making import envelope, letters_folder
from pipeline.letters.posting import post_day, take_back
from pipeline.letters.stopped import stopped_letters
from pipeline.notices.outbox import NoticeOrder, owe_notice
from pipeline.notices.stop_list import StopOrder, add_stop
from pipeline.printing.glyphs import GlyphMissing
from pipeline.printing.letter_sheet import Letter, postal_mark
from pipeline.residents import by_atena
from pipeline.steps.letters import letters as make_letters
from tests.pipeline.days import DAY, at, hub_at

WINDOW = {key: envelope()[key] for key in ("left", "top", "width", "height", "fold")}
POINTS = 72 / 25.4


LETTER = Letter(
    postal_code="9000001",
    address=("那覇市泉崎1丁目1番1号", "ハイツ泉崎203号"),
    name="髙橋 花子",
    day=DAY,
    reference="整理番号 0a1b2c3d4e5f",
    sender=("那覇市", "こども政策課 児童手当グループ", "電話 098-000-0001"),
    subject="「児童手当 認定請求」の結果が決まりました",
    body="結果が決まりました。\n別にお送りする通知書をご覧ください。",
    window=WINDOW,
)


def owed(hub: Hub, atena: str, *, key: str = "1", body: str = "本文です。") -> None:
    application = hub.journal.scalar(select(applications.c.id).where(~applications.c.restricted).limit(1))
    order = NoticeOrder(
        kind="jidoteate-nintei/receipt",
        sort="receipt",
        subject_key=f"test {key}",
        atena=atena,
        business="027",
        subject="お知らせ",
        body=body,
        application=application,
        channels=("paper",),
    )
    with hub.journal.write() as write:
        assert owe_notice(hub, write, order) is not None


def ordinary(hub: Hub) -> list[str]:
    found = select(residents.c.atena).where(residents.c.kind == "1", ~residents.c.protected).order_by(residents.c.atena)
    return [row.atena for row in hub.journal.rows(found)]


@pytest.fixture
def root(checked_root: Path, own: Callable[[Path], Path]) -> Path:
    return own(checked_root)


def test_the_address_lies_in_the_window_of_the_envelope(tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(LETTER.pdf())
    boxes = subprocess.run(["pdftotext", "-bbox", str(file), "-"], capture_output=True, text=True, check=True).stdout
    words = [line for line in boxes.splitlines() if "<word" in line and any(part in line for part in ("泉崎1丁目", "髙橋", "900-0001"))]
    assert len(words) >= 3
    left, top = float(WINDOW["left"]) * POINTS, float(WINDOW["top"]) * POINTS
    right, bottom = left + float(WINDOW["width"]) * POINTS, top + float(WINDOW["height"]) * POINTS
    for line in words:
        cells = dict(part.split("=") for part in line.replace("<word ", "").split(">")[0].replace('"', "").split())
        assert left - 1 <= float(cells["xMin"])
        assert float(cells["xMax"]) <= right + 1
        assert top - 3 <= float(cells["yMin"])
        assert float(cells["yMax"]) <= bottom + 1


def test_a_glyph_that_the_font_lacks_makes_no_letter() -> None:
    with pytest.raises(GlyphMissing):
        replace(LETTER, name="\U000f0000橋").pdf()


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="あ漢字、。", min_size=1, max_size=900))
def test_a_body_of_any_usual_length_takes_one_page(body: str) -> None:
    assert len(PdfReader(io.BytesIO(replace(LETTER, body=body).pdf())).pages) == 1


@pytest.mark.parametrize(("code", "shown"), [("9000001", "〒900-0001"), ("900-0001", "〒900-0001"), ("", ""), ("12345", "")])
def test_the_postal_mark_is_shown_only_for_a_postal_code(code: str, shown: str) -> None:
    assert postal_mark(code) == shown


def test_what_waits_for_paper_becomes_one_letter_each_with_a_list_for_the_post(root: Path) -> None:
    with hub_at(root, at(16)) as hub:
        for key, atena in enumerate(ordinary(hub)[:3]):
            owed(hub, atena, key=str(key))
        assert make_letters(hub) == {"made": 3, "stopped": 0, "held": 0}
        assert make_letters(hub) == {"made": 0, "stopped": 0, "held": 0}
        folder = letters_folder(hub, DAY.isoformat())
        made = hub.journal.rows(select(letters).order_by(letters.c.number))
        states = {row.state for row in hub.journal.rows(select(notice_outbox).where(notice_outbox.c.channel == "paper"))}
    assert states == {"sent"}
    assert [row.number for row in made] == [1, 2, 3]
    assert all((folder / row.name).stat().st_mode & 0o777 == 0o600 for row in made)
    assert len(PdfReader(folder / f"郵送文書_{DAY}.pdf").pages) == 3
    text = (folder / f"差出票_{DAY}.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["状態"] for row in rows] == ["作成済"] * 3
    assert "1–3" in PdfReader(folder / f"差出票_{DAY}.pdf").pages[0].extract_text()


def test_posted_letters_are_told_and_returned_ones_become_work(root: Path) -> None:
    with hub_at(root, at(16)) as hub:
        owed(hub, ordinary(hub)[0])
        make_letters(hub)
        (row,) = hub.journal.rows(select(letters))
        with pytest.raises(HubError, match="no letter of that name was posted"):
            take_back(hub, row.name, actor="bunsho-01", reason="宛所に尋ねあたらず")
        assert post_day(hub, DAY.isoformat(), 1, actor="bunsho-01", reason="差出し") == 1
        with pytest.raises(HubError, match="there is no letter to post"):
            post_day(hub, DAY.isoformat(), 1, actor="bunsho-01", reason="差出し")
        write_mail_list(hub, DAY.isoformat())
        assert not (letters_folder(hub, DAY.isoformat()) / f"郵送文書_{DAY}.pdf").exists()
        (told,) = hub.journal.rows(select(notice_outbox.c.state))
        take_back(hub, row.name, actor="bunsho-01", reason="宛所に尋ねあたらず")
        (stopped,) = stopped_letters(hub)
    assert told.state == "accepted"
    assert (stopped.state, stopped.code) == ("undeliverable", "LETTER_RETURNED")


def test_what_was_made_after_the_print_is_not_told_as_posted(root: Path) -> None:
    with hub_at(root, at(16)) as hub:
        first, later = ordinary(hub)[:2]
        for key, person in (("1", first), ("2", later)):
            owed(hub, person, key=key)
            make_letters(hub)
        with pytest.raises(HubError, match=r"no letter 3.*1 to 2"):
            post_day(hub, DAY.isoformat(), 3, actor="bunsho-01", reason="差出し")
        assert post_day(hub, DAY.isoformat(), 1, actor="bunsho-01", reason="差出し") == 1
        assert [row.state for row in hub.journal.rows(select(letters).order_by(letters.c.number))] == ["posted", "made"]


def test_only_the_section_that_posts_may_say_so(root: Path) -> None:
    with hub_at(root, at(16)) as hub:
        owed(hub, ordinary(hub)[0])
        make_letters(hub)
        with pytest.raises(HubError):
            post_day(hub, DAY.isoformat(), 1, actor="jidoteate-01", reason="差出し")


@pytest.mark.parametrize(("kind", "code"), [("3", "LETTER_MOVED"), ("4", "LETTER_DEAD")])
def test_nobody_who_moved_away_or_died_gets_a_letter(root: Path, kind: str, code: str) -> None:
    with hub_at(root, at(16)) as hub:
        atena = ordinary(hub)[0]
        owed(hub, atena)
        with hub.journal.write() as write:
            write.execute(update(residents).where(residents.c.atena == atena).values(kind=kind))
            write.leaf("resident_changed")
        assert make_letters(hub) == {"made": 0, "stopped": 1, "held": 0}
        (row,) = stopped_letters(hub)
    assert (row.state, row.code) == ("given_up", code)


def test_who_is_protected_since_gets_no_letter(root: Path) -> None:
    with hub_at(root, at(16)) as hub:
        atena = ordinary(hub)[0]
        owed(hub, atena)
        with hub.journal.write() as write:
            write.execute(update(residents).where(residents.c.atena == atena).values(protected=True))
            write.leaf("resident_changed")
        assert make_letters(hub)["stopped"] == 1
        assert [row.code for row in stopped_letters(hub)] == ["LETTER_PROTECTED"]


@pytest.mark.parametrize("killed", [False, True])
def test_a_letter_is_taken_out_of_the_post_when_its_addressee_is_protected_since(
    root: Path, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    with hub_at(root, at(16)) as hub:
        people = ordinary(hub)[:2]
        for key, atena in enumerate(people):
            owed(hub, atena, key=str(key))
        make_letters(hub)
        with hub.journal.write() as write:
            write.execute(update(residents).where(residents.c.atena == people[0]).values(protected=True))
            write.leaf("resident_changed")
        if killed:
            monkeypatch.setattr("pipeline.letters.withdrawing.write_mail_list", _killed)
            with pytest.raises(KeyboardInterrupt):
                make_letters(hub)
            monkeypatch.undo()
        make_letters(hub)
        folder = letters_folder(hub, DAY.isoformat())
        assert len(PdfReader(folder / f"郵送文書_{DAY}.pdf").pages) == 1
        assert len(list(folder.glob("letter_*"))) == 1
        assert "差出取りやめ" in (folder / f"差出票_{DAY}.csv").read_text(encoding="utf-8-sig")
        assert [row.code for row in stopped_letters(hub)] == ["LETTER_PROTECTED"]
        assert post_day(hub, DAY.isoformat(), 2, actor="bunsho-01", reason="差出し") == 1
        assert [row.code for row in stopped_letters(hub)] == ["LETTER_PROTECTED"]


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_who_may_not_be_told_any_more_gets_no_letter_either_and_is_nobody_s_work(root: Path) -> None:
    with hub_at(root, at(16)) as hub:
        atena = ordinary(hub)[0]
        add_stop(hub, StopOrder(atena, frozenset({"all"}), "stillbirth"), actor="boshi-01", reason="電話で聞いた")
        owed(hub, atena)
        assert make_letters(hub) == {"made": 0, "stopped": 1, "held": 0}
        (row,) = hub.journal.rows(select(notice_outbox))
        assert stopped_letters(hub) == []
    assert (row.state, row.code) == ("given_up", "PREGNANCY_LOSS")


def test_a_letter_with_a_missing_glyph_is_held_and_made_when_the_name_can_be_printed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub_at(root, at(16)) as hub:
        owed(hub, ordinary(hub)[0])
        known = by_atena(hub, ordinary(hub)[0])
        assert known is not None
        monkeypatch.setattr("pipeline.letters.making.addressee_of", lambda _hub, _notice: replace(known, name="\U000f0000橋"))
        assert make_letters(hub) == {"made": 0, "stopped": 0, "held": 1}
        assert [row.code for row in stopped_letters(hub)] == ["GLYPH_MISSING"]
        assert not list(letters_folder(hub, DAY.isoformat()).glob("letter_*"))
        monkeypatch.undo()
        assert make_letters(hub) == {"made": 1, "stopped": 0, "held": 0}


def test_a_letter_whose_entry_was_lost_is_the_same_file_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub_at(root, at(16)) as hub:
        owed(hub, ordinary(hub)[0])

        def killed(name: str) -> None:
            if name == "letter.drafted":
                raise KeyboardInterrupt

        monkeypatch.setattr("pipeline.letters.making.fault_point", killed)
        with pytest.raises(KeyboardInterrupt):
            make_letters(hub)
        (file,) = letters_folder(hub, DAY.isoformat()).glob("letter_*")
        before = file.read_bytes()
        monkeypatch.undo()
        assert make_letters(hub)["made"] == 1
        assert file.read_bytes() == before
        assert len(hub.journal.rows(select(letters))) == 1
    assert date.fromisoformat(file.parent.name) == DAY
