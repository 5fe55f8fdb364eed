"""Forms of 児童手当 as residents of the made-up town fill them in go through form, mapping, checks and every layout without a remark."""

from collections import Counter
from datetime import date, datetime

import pytest
from lxml import etree

from mappings.catalogue import Catalogue, load_catalogue, mapping_for
from mappings.engine import Source, map_batch
from mappings.examples import read_examples
from mappings.form import check_form, read_people
from mappings.procedure import Procedure
from mappings.records import Context
from mappings.release import write
from pipeline.suites import suite_of, table_of
from sandbox.forms import NAMESPACE, Occasion, content
from sandbox.forms_catalogue import FORMS
from sandbox.town import Town, build_town
from sandbox.town_dice import dice
from validation.runner import check
from vocabulary.clock import JST

DAY, RECEIVED = date(2026, 11, 20), date(2026, 11, 24)
SUBMITTED = datetime(2026, 11, 22, 20, 15, tzinfo=JST)
HOUSEHOLDS = 25
KINDS = {
    "jidoteate-gakukaitei": ("sibling", "change"),
    "jidoteate-henko": ("change",),
    "jidoteate-shometsu": ("change",),
    "jidoteate-genkyo": ("reporting",),
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def town() -> Town:
    wanted = {kind: HOUSEHOLDS for kinds in KINDS.values() for kind in kinds}
    return build_town(seed=11, day=DAY, wanted=wanted, residents=0)


def filled(town: Town, procedure: str) -> list[etree._Element]:
    """The form as every household of its kinds fills it in."""
    form, elements = FORMS[procedure], []
    for number, household in enumerate(one for kind in KINDS[procedure] for one in town.households[kind]):
        occasion = Occasion(SUBMITTED, DAY, dice(town.seed, procedure, number))
        elements.append(content(form, form.fill(household, occasion), occasion, attached=()))
    return elements


def source_of(procedure: Procedure, number: int, element: etree._Element) -> Source:
    """The filing as it stands after identification, with one number for everybody."""
    header = read_examples(procedure)[0].source.header | {"uketsukebango": f"20261122-{number:08}"}
    return Source(number, element, header, {(claim.role, claim.ordinal): "000000000001015" for claim in read_people(procedure, element)})


@pytest.mark.parametrize("procedure_id", KINDS)
def test_what_residents_file_passes_without_a_finding(catalogue: Catalogue, town: Town, procedure_id: str) -> None:
    procedure, version = catalogue.procedures[procedure_id], FORMS[procedure_id].version
    sources = [source_of(procedure, number, element) for number, element in enumerate(filled(town, procedure_id), start=1)]
    assert [finding for source in sources for finding in check_form(procedure, version, source.content)] == []
    mapped = map_batch(procedure, mapping_for(procedure, RECEIVED, form_version=version), sources, catalogue=catalogue, day=RECEIVED)
    assert mapped.findings == []
    for group, table in mapped.tables.items():
        if table.application:
            report = check(suite_of(catalogue, procedure, group, version="1", day=RECEIVED), table_of(mapped.tables, group))
            assert (report.findings, report.broken) == ((), False), group
    for format_ in ("legacy-fixed", "standard-csv"):
        context = Context("472018", procedure.business, procedure.short, RECEIVED, 1)
        written = write(catalogue.formats[format_], mapped.tables, context)
        assert not written.refused
        assert sum(len(file.spans) for file in written.files) == sum(len(table.application) for table in mapped.tables.values())


@pytest.mark.parametrize(
    ("procedure", "element", "codes"),
    [
        ("jidoteate-gakukaitei", "改定区分", {"1", "2"}),
        ("jidoteate-henko", "変更区分", {"02", "03", "04", "05", "06"}),
        ("jidoteate-shometsu", "消滅事由", {"2", "7"}),
        ("jidoteate-genkyo", "提出事由", {"01", "05"}),
    ],
)
def test_residents_file_for_various_reasons(town: Town, procedure: str, element: str, codes: set[str]) -> None:
    seen = Counter(one.text for form in filled(town, procedure) for one in form.iter(f"{{{NAMESPACE}}}{element}"))
    assert codes <= set(seen)


def test_the_same_dice_give_the_same_forms(town: Town) -> None:
    first, second = ([etree.tostring(one) for one in filled(town, "jidoteate-gakukaitei")] for _ in range(2))
    assert first == second
    assert len(set(first)) == len(first)
