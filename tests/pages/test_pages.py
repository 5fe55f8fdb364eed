import ast
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from pipeline.pages.close_rows import ActCount, CloseDetails
from pipeline.pages.groups import by_reason, flow
from pipeline.pages.picture import bars
from pipeline.pages.rendering import close_pdf, pages_of, render_day, render_page
from pipeline.pages.report import Counts, DayReport
from pipeline.pages.section_close import section_report
from pipeline.pages.suite_days import suite_tables
from pipeline.pages.words import ACTS, explain
from pipeline.places import PROJECT
from tests.pages.conftest import REPORT

PAGES = pages_of(REPORT)
VOID = {"meta", "link", "br", "circle", "path", "rect", "line"}


class Outline(HTMLParser):
    """What a page consists of; an element that is closed wrongly fails the test."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.headings: list[int] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"] or "")
        self.references += [value or "" for name, value in attrs if name in ("href", "src")]
        self.references += ["#" + one for name, value in attrs if name == "aria-labelledby" for one in (value or "").split()]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        assert tag != "script"

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    parser.close()
    return parser


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well_formed_and_its_links_lead_somewhere(name: str, report: DayReport) -> None:
    found, files = outline(render_page(name, report)), render_day(report)
    assert found.open == []
    assert len(set(found.ids)) == len(found.ids)
    inside = {reference[1:] for reference in found.references if reference.startswith("#")}
    assert inside <= set(found.ids)
    assert {reference for reference in found.references if not reference.startswith(("#", "data:,"))} <= set(files)
    assert found.headings[0] == 1
    assert found.headings.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in zip(found.headings, found.headings[1:], strict=False)), (
        "a level of headings is skipped"
    )


def test_nothing_is_asked_from_outside(report: DayReport) -> None:
    for name, content in render_day(report).items():
        if name.endswith((".html", ".css")):
            text = content.decode()
            assert "//" not in re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL), name
            assert "@import" not in text


def test_a_balanced_day_says_so_in_words(report: DayReport) -> None:
    for name in ("index.html", "close.html"):
        text = "".join(outline(render_page(name, report)).text)
        assert "届いた申請はすべて行方が分かっています。" in text
        assert "不一致" not in text


def test_an_unbalanced_day_names_procedure_and_receipt(unbalanced: DayReport) -> None:
    for name in ("index.html", "close.html"):
        text = "".join(outline(render_page(name, unbalanced)).text)
        assert "行方の合わない申請があります。" in text
        assert "20261124-00000077" in text
        assert "≠" in text


def test_a_page_never_says_balanced_above_figures_that_differ(unbalanced: DayReport) -> None:
    claimed = replace(unbalanced, balanced=True)
    assert not claimed.green
    assert "行方の合わない申請があります。" in render_page("index.html", claimed)


def test_every_reason_is_shown_with_sentence_remedy_and_receipts(report: DayReport) -> None:
    page = render_page("index.html", report)
    for group in by_reason([*report.held, *report.waiting]):
        assert group.saying.sentence in page
        assert group.saying.remedy in page
        assert all(one.receipt in page for one in group.applications)


def test_the_number_of_a_restricted_application_stands_on_no_page_while_it_is_counted(report: DayReport) -> None:
    apart = replace(report.held[-1], receipt="20261124-00007777", codes=("PROTECTED_PERSON",), restricted=True)
    files = render_day(replace(report, held=(*report.held, apart)))
    assert not any(b"20261124-00007777" in content for name, content in files.items() if name.endswith(".html"))
    assert explain("PROTECTED_PERSON").sentence in files["index.html"].decode()


def test_the_sheet_of_a_section_says_nothing_about_acts_of_the_whole_town(report: DayReport) -> None:
    details = CloseDetails(acts=(ActCount("correct", 2, 0, 1),))
    whole = replace(report, sections={"kodomo": "こども家庭課"}, details=details)
    texts = [
        PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
        for pdf in (close_pdf(whole), close_pdf(section_report(whole, "kodomo"), section="kodomo"))
    ]
    assert ["職員の行為" in text for text in texts] == [True, False]
    assert "補正の依頼 2件" in texts[0]


def test_every_act_that_the_code_enters_has_a_title() -> None:
    kinds = set()
    for file in (PROJECT / "pipeline").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named: dict[object, ast.expr] = {}
            if isinstance(node, ast.Call):
                named = {one.arg: one.value for one in node.keywords}
            elif isinstance(node, ast.Dict):
                named = {key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)}
            kind = named.get("kind")
            if {"actor", "reason"} <= named.keys() and isinstance(kind, ast.Constant):
                kinds.add(kind.value)
    assert len(kinds) > 25
    assert kinds - ACTS.keys() == set()


def test_reasons_are_ordered_by_how_many_they_concern(report: DayReport) -> None:
    sizes = [len(group.applications) for group in by_reason(report.held)]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == len(report.held) + 8, "eight applications have two reasons"


def test_the_flow_loses_no_application(report: DayReport) -> None:
    steps = flow(report)
    stopped = sum(step.held + step.waiting for step in steps)
    assert steps[0].reached == report.counts.day_in
    assert stopped == report.counts.held + report.counts.waiting
    done = report.counts.delivered + report.counts.settled + report.counts.withdrawn
    assert steps[-1].reached - steps[-1].held - steps[-1].waiting == done
    assert [bar.number for bar in bars(report)][-1] == done


def test_a_day_without_anything_is_a_page_too(report: DayReport) -> None:
    empty = DayReport(report.municipality, report.day, report.made_at, balanced=True, procedures=())
    files = render_day(empty)
    assert "保留はありません。" in files["index.html"].decode()
    assert len(PdfReader(io.BytesIO(files["close.pdf"])).pages) == 1


def test_every_alarm_that_the_hub_raises_has_words() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (Path(__file__).parents[2] / "pipeline").rglob("*.py")]
    kinds = {kind for source in sources for kind in re.findall(r"""raise_alarm\([^)]*kind="([A-Z_]+)""", source)}
    assert kinds
    assert [kind for kind in kinds if explain(kind).sentence == kind] == []


def test_texts_are_escaped(report: DayReport) -> None:
    page = render_page("index.html", replace(report, municipality="<script>那覇</script>"))
    assert "<script>" not in page


def test_the_close_sheet_is_one_page_with_boxes_to_sign(unbalanced: DayReport) -> None:
    many = replace(unbalanced, procedures=unbalanced.procedures * 12, held=unbalanced.held * 5, missing_evidence=("配信先",) * 40)
    endless = replace(unbalanced.procedures[0], problems=("20261124-00000077 " * 500,) * 3)
    for report in (unbalanced, many, replace(unbalanced, procedures=(endless,))):
        pages = PdfReader(io.BytesIO(close_pdf(report))).pages
        text = "".join(pages[0].extract_text().split())
        assert len(pages) == 1
        assert [word for word in ("作成", "確認", "承認", "×不一致", "20261124-00000077") if word not in text] == []


def test_the_pages_font_draws_every_character_they_show(report: DayReport) -> None:
    files = render_day(report)
    known = set(TTFont(io.BytesIO(files["static/hub.woff"])).getBestCmap())
    shown = {character for name in PAGES for text in outline(files[name].decode()).text for character in text if not character.isspace()}
    assert {character for character in shown if ord(character) not in known} == set()


def test_the_same_report_gives_the_same_files(report: DayReport) -> None:
    assert render_day(report) == render_day(report)


def test_suites_are_added_up_by_day_and_show_no_values(report: DayReport) -> None:
    broken, whole = suite_tables(report.suites)
    assert [day.day for day in whole.days] == [19, 20, 24]
    assert whole.rows == (139, 140, 288)
    assert [row.failed for row in whole.checks] == [(0, 3, 9), (0, 0, 0)]
    assert broken.broken == (True,)
    page = render_page("validation.html", report)
    assert "検査が途中で止まった日があります。" in page
    assert "20261124-" not in page, "auditors see counts, no applications"


def test_a_problem_of_no_procedure_is_named_too(unbalanced: DayReport) -> None:
    report = replace(unbalanced, problems=("受付番号 20261124-00000099: 証跡のない配信先があります",))
    assert "20261124-00000099" in render_page("index.html", report)
    assert "20261124-00000099" in render_page("close.html", report)
    assert "20261124-00000099" in PdfReader(io.BytesIO(close_pdf(report))).pages[0].extract_text()


def test_suites_and_items_stand_under_their_official_names(report: DayReport) -> None:
    titles = {"jidoteate-nintei": "児童手当 認定請求", "jidoteate-nintei:seikyu.shimei": "氏名"}
    page = render_page("validation.html", replace(report, titles=titles))
    assert "児童手当 認定請求" in page
    assert '<th scope="row">氏名</th>' in page
    assert "shimei" not in page


def test_counts_know_both_equations() -> None:
    assert Counts(listed=5, not_fetched=1, gone_before_fetch=1, out_of_scope=1, stored=2, carried_in=1, delivered=2, held=1).balanced
    assert not Counts(listed=1).balanced
    assert not Counts(listed=1, stored=1).balanced


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("neutral-solid-gray-800", "neutral-white"),
        ("neutral-solid-gray-700", "primitive-orange-50"),
        ("neutral-solid-gray-600", "neutral-white"),
        ("neutral-solid-gray-600", "neutral-solid-gray-50"),
        ("primitive-red-900", "primitive-red-50"),
        ("primitive-red-900", "neutral-solid-gray-50"),
        ("primitive-green-900", "primitive-green-50"),
        ("primitive-green-900", "neutral-solid-gray-50"),
        ("primitive-orange-1000", "neutral-white"),
        ("primitive-blue-1000", "primitive-yellow-300"),
    ],
)
def test_letters_stand_out_from_their_ground_by_4_5_to_1(ink: str, paper: str, report: DayReport) -> None:
    tokens = dict(re.findall(r"--color-([a-z0-9-]+): (#[0-9a-f]{6});", render_day(report)["static/tokens.css"].decode()))
    darker, lighter = sorted([_luminance(tokens[ink]), _luminance(tokens[paper])])
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
