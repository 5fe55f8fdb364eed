"""Data Docs (検査結果の文書): one run of a suite as Great Expectations draws it, from what was kept of it; nothing is fetched.

Imports Great Expectations when it draws (seconds in a fresh process).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from validation.results import CheckResult, SuiteResult
from validation.suites import IN_SET, LENGTHS, MATCHES, NOT_NULL, OWN

if TYPE_CHECKING:
    from great_expectations.render.view.view import DefaultJinjaPageView
    from lxml.html import HtmlElement

WORDS: Final = MappingProxyType(
    {
        "Overview": "概要",
        "Statistics": "集計",
        "Info": "実行",
        "Status": "結果",
        "Expectation": "検査",
        "Observed Value": "不適合の割合",
        "Expectation Suite:": "検査表：",
        "Status:": "結果：",
        "Failed": "",
        "Succeeded": "",
        "Evaluated Expectations": "検査の数",
        "Successful Expectations": "適合した検査",
        "Unsuccessful Expectations": "不適合のある検査",
        "Success Percent": "適合した検査の割合",
        "Great Expectations Version": "Great Expectationsの版",
        "Run Name": "検査表と定義の版",
        "Show more info...": "",
        "Data asset: None": "",
    }
)
PATTERNS: Final = (
    (re.compile(r"([\d,]+) unexpected values found\. (\S+%) of ([\d,]+) total rows\."), r"\3件のうち\1件（\2）が不適合です。"),
    (re.compile(r"(\S+%) unexpected"), r"\1"),
    (re.compile(r"(\S+%) not null"), r"値あり\1"),
)
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; img-src data:"
NO_TIME: Final = "Run Time"
"""The row that would tell the hour as one of UTC; the page tells it above."""
SHOWN: Final = frozenset({"id", "class", "hidden", "colspan", "rowspan"})
DROPPED: Final = ("script", "style", "link", "img", "iframe", "footer", "nav")
UNSAID: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType(
    {
        NOT_NULL: {},
        MATCHES: {"regex": ""},
        LENGTHS: {"min_value": 0},
        IN_SET: {"value_set": []},
        OWN["check_digit"]: {"scheme": ""},
        OWN["kana"]: {"width": ""},
        OWN["encodable"]: {"encoding": ""},
        OWN["wareki"]: {},
    }
)
"""Arguments that an expectation cannot do without; each check is told by its own sentence, so that none of them is shown."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Official Japanese of a run: its title, its items by ``group.item``, the sentences of its checks by id."""

    title: str
    items: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, str] = field(default_factory=dict)


def render(result: SuiteResult, wording: Wording, *, at: str) -> str:
    """The page of one run. at: ISO time of the run. What it shows is text, codes and counts: nothing else was kept."""
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from lxml import html

    drawn = _view().render(ValidationResultsPageRenderer().render(_as_kept(result, wording)))  # type: ignore[no-untyped-call]  # Great Expectations ships no types for its pages
    content: HtmlElement = next(div for div in html.document_fromstring(drawn).iter("div") if "col-md-10" in div.get("class", ""))
    _strip(content)
    _translate(content)
    body = html.tostring(content, encoding="unicode")
    if result.broken:
        body = '<p class="bad">× 検査が途中で止まりました。対象の申請は次の実行まで待ちます。</p>' + body
    head = f'<p><a href="index.html">この日の検査の一覧へ</a></p><p>実行した時刻 {escape(at[:10])} {escape(at[11:19])}</p>'
    return page(wording.title, head + body)


def page(title: str, body: str) -> str:
    """A whole page of Data Docs around ``body``, which is HTML."""
    style = resources.files("validation").joinpath("data_docs.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<link rel="icon" href="data:,"><title>{escape(title)}</title><style>{style}</style></head><body>'
        f'<a class="skip" href="#main">本文へ移動</a><main id="main" tabindex="-1"><h1>{escape(title)}</h1>{body}</main>'
        "<footer><p>このページには住民の氏名・値を載せていません。</p></footer></body></html>\n"
    )


@cache
def _view() -> "DefaultJinjaPageView":
    """One for the process: each compiles its templates anew, which takes longer than drawing a page."""
    from great_expectations.render.view.view import DefaultJinjaPageView

    return DefaultJinjaPageView()


def _as_kept(result: SuiteResult, wording: Wording) -> Any:  # noqa: ANN401  Great Expectations ships no types for its results
    from great_expectations import __version__
    from great_expectations.core import ExpectationSuiteValidationResult

    good = sum(not check.failed for check in result.checks)
    asked = len(result.checks)
    return ExpectationSuiteValidationResult(
        success=good == asked and not result.broken,
        results=[_check(check, wording) for check in result.checks],
        suite_name=result.suite,
        statistics={
            "evaluated_expectations": asked,
            "successful_expectations": good,
            "unsuccessful_expectations": asked - good,
            "success_percent": 100 * good / asked if asked else None,
        },
        meta={"run_id": {"run_name": result.suite}, "great_expectations_version": __version__},
    )


def _check(check: CheckResult, wording: Wording) -> Any:  # noqa: ANN401  Great Expectations ships no types for its results
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    from validation import expectations  # noqa: F401  its import makes our own expectations known

    kind = check.expectation or IN_SET
    place = f"{check.group}.{check.item}"
    config = ExpectationConfiguration(
        type=re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower(),
        kwargs={"column": wording.items.get(place, place.strip(".")), **UNSAID[kind]},
        description=wording.checks.get(check.id, check.code),
    )
    share = 100 * check.failed / check.rows if check.rows else 0.0
    counts = {"element_count": check.rows, "unexpected_count": check.failed, "unexpected_percent": share}
    unharmed = {"raised_exception": False, "exception_message": None, "exception_traceback": None}
    return ExpectationValidationResult(
        success=not check.failed, expectation_config=config, result=counts, meta={}, exception_info=unharmed
    )


def _strip(content: "HtmlElement") -> None:
    """Leave nothing that runs, fetches or leads out of the page."""
    for element in list(content.iter()):
        if not isinstance(element.tag, str) or element.tag in DROPPED:
            element.drop_tree()
            continue
        if element.tag == "tr" and NO_TIME in element.text_content():
            element.drop_tree()
        if element.tag == "a":
            element.drop_tag()
        if element.tag == "i":
            failed = "text-danger" in element.get("class", "")
            element.tag, element.text = "span", "× 不適合" if failed else "○ 適合"
        for name in set(element.attrib) - SHOWN:
            del element.attrib[name]
        if element.tag == "th":
            element.set("scope", "col")


def _translate(content: "HtmlElement") -> None:
    for element in content.iter():
        element.text, element.tail = _japanese(element.text), _japanese(element.tail)
        if element.tag in ("h5", "h6"):
            element.tag = {"h5": "h2", "h6": "h3"}[element.tag]


def _japanese(text: str | None) -> str | None:
    plain = (text or "").strip()
    if not plain:
        return text
    for pattern, words in PATTERNS:
        plain = pattern.sub(words, plain)
    return WORDS.get(plain, plain)
