"""A question that a section added to its form, through the whole flow: held, let through with an alert, or declared and delivered."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

import mappings
import sandbox.applications
from mappings.catalogue import load_catalogue
from mappings.form_shape import parse_schema, read_schema
from pipeline.case_sheets import sheet_of
from pipeline.hub import set_up
from pipeline.journal.intake_tables import applications, findings
from pipeline.packages import package_of
from pipeline.places import Root
from sandbox import world
from sandbox.forms import Filled, Occasion, leaf
from sandbox.forms_catalogue import FORMS
from sandbox.town_people import Household
from tests.pipeline.days import DAY, INTAKE, NAHA, alarms_of, at, copied, hub_at, outside, rows, run
from vocabulary.clock import Clock

NINSHIN = "procedures/ninshin-todokede"
ANSWER = "母子手帳アプリを使う"
OVERLAY = """\
municipality: "472018"
form_version: 2026-04
group: boshi_tsuika
questions:
  - {element: アプリの利用, after: %s, title: 母子手帳アプリを使いますか, length: 20}
"""


def asking(fill: Callable[[Household, Occasion], Filled]) -> Callable[[Household, Occasion], Filled]:
    """The form with one more question at its end."""

    def filled(household: Household, occasion: Occasion) -> Filled:
        form = fill(household, occasion)
        return replace(form, parts=(*form.parts, leaf("アプリの利用", ANSWER)))

    return filled


@pytest.fixture(scope="module")
def asked_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town whose notifications of pregnancy all answer the new question: fetched, opened, and held where nothing declares it."""
    root = tmp_path_factory.mktemp("asked") / "root"
    set_up(Root(root), Clock(at(6)))
    with pytest.MonkeyPatch.context() as patch:
        form = FORMS["ninshin-todokede"]
        patch.setattr(sandbox.applications, "FORMS", {**FORMS, form.id: replace(form, fill=asking(form.fill))})
        world.prepare(root, seed=3, applications=16, day=DAY, municipality=NAHA, defects=())
    with outside(root, at(9)):
        run(root, ("refresh_links", "pull", "open", "verify"), at(9))
    return root


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the specs, which the hub reads from now on."""
    folder = tmp_path / "specs"
    shutil.copytree(Path(mappings.__file__).parent, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    monkeypatch.setenv("HUB_MAPPINGS", str(folder))
    return folder


def notifications(root: Path) -> dict[str, str]:
    """受付番号 → disposition and reason."""
    mine = select(applications).where(applications.c.procedure == "ninshin-todokede").order_by(applications.c.id)
    return {row.receipt: f"{row.disposition}:{row.reason}" for row in rows(root, mine)}


def shown(root: Path, receipt: str) -> dict[str, str]:
    """The values on a 審査票."""
    with hub_at(root, at(12)) as hub:
        (row,) = hub.journal.rows(select(applications).where(applications.c.receipt == receipt))
        return {item.label: item.value for item in sheet_of(hub, row, package_of(hub, row)).items}


def last_element(specs: Path) -> str:
    """The element of the form behind which the question stands."""
    procedure = load_catalogue(specs).procedures["ninshin-todokede"]
    names = list(read_schema(parse_schema(procedure.forms["2026-04"])).children)
    return names[names.index("添付書類") - 1]


def go_on(root: Path) -> None:
    with outside(root, at(10)):
        run(root, INTAKE[2:], at(10))


def test_where_nothing_declares_it_the_question_holds(asked_root: Path) -> None:
    told = notifications(asked_root)
    assert len(told) >= 2
    assert set(told.values()) == {"held:XML_SCHEMA"}


def test_where_the_procedure_takes_it_the_answer_is_kept_with_the_case_and_told(asked_root: Path, tmp_path: Path, specs: Path) -> None:
    root = copied(asked_root, tmp_path / "root")
    file = specs / NINSHIN / "procedure.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "additional_items: alert\n", encoding="utf-8")
    go_on(root)
    told = notifications(root)
    assert set(told.values()) == {"delivered:None"}
    assert ("MAP_ADDITIONAL", "F19001/2026-04: アプリの利用") in alarms_of(root)
    alert = select(findings).where(findings.c.code == "MAP_ADDITIONAL")
    assert {(row.place, row.severity) for row in rows(root, alert)} == {("アプリの利用", "alert")}
    for receipt in told:
        assert shown(root, receipt)["未登録の追加項目：アプリの利用"] == ANSWER


def test_once_it_is_declared_the_held_go_on_and_the_answers_arrive(asked_root: Path, tmp_path: Path, specs: Path) -> None:
    root = copied(asked_root, tmp_path / "root")
    (specs / NINSHIN / "overlay.472018.2026-04.yaml").write_text(OVERLAY % last_element(specs), encoding="utf-8")
    go_on(root)
    told = notifications(root)
    assert set(told.values()) == {"delivered:None"}
    assert [kind for kind, _ in alarms_of(root) if kind == "MAP_ADDITIONAL"] == []
    written = b"".join(path.read_bytes() for path in (root / "delivered/kenko-kanri").iterdir()).decode()
    assert written.count(f"母子手帳アプリを使いますか,,{ANSWER}") == len(told)
    for receipt in told:
        assert shown(root, receipt)["母子手帳アプリを使いますか"] == ANSWER
