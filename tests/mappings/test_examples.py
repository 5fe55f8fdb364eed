"""The examples of every procedure hold, and a mapping that goes wrong is noticed by them."""

from pathlib import Path

import pytest

import mappings
from mappings.catalogue import Catalogue, load_catalogue
from mappings.examples import check_examples, map_example, read_examples
from mappings.records import Context
from mappings.release import read, subjects, write
from mappings.yaml_door import SpecError

PROCEDURES = sorted(path.name for path in (Path(mappings.__file__).parent / "procedures").iterdir())


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_examples_give_the_expected_records(catalogue: Catalogue, procedure: str) -> None:
    assert check_examples(catalogue.procedures[procedure], catalogue) == []


def test_a_changed_mapping_breaks_its_examples(specs: Path) -> None:
    path = specs / "procedures/ninshin-todokede/mapping.yaml"
    text = path.read_text(encoding="utf-8")
    right = "shokugyo: {path: 届出者/職業, with: [trim, full_width]}"
    path.write_text(text.replace(right, "shokugyo: {path: 届出者/職業, with: date}"), encoding="utf-8")
    catalogue = load_catalogue(specs)
    faults = check_examples(catalogue.procedures["ninshin-todokede"], catalogue)
    assert any("records of ninshintodoke differ" in fault for fault in faults)
    assert any("MAP_VALUE at 届出者/職業" in fault for fault in faults)


def test_one_example_is_not_enough(specs: Path) -> None:
    (specs / "procedures/hoiku-riyo/examples/02.application.xml").unlink()
    with pytest.raises(SpecError, match="at least 2"):
        read_examples(load_catalogue(specs).procedures["hoiku-riyo"])


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_finished_bytes_name_exactly_the_people_of_the_application(catalogue: Catalogue, procedure_id: str) -> None:
    procedure = catalogue.procedures[procedure_id]
    context = Context(municipality="472018", business=procedure.business, procedure=procedure.short, day=procedure.valid_from, sequence=1)
    for example in read_examples(procedure):
        tables = map_example(procedure, example, catalogue).tables
        files = write(catalogue.formats["standard-csv"], tables, context).files
        found = [one for file in files for one in subjects(catalogue.formats["standard-csv"], file.data)]
        assert {receipt for receipt, _ in found} == {example.source.header["uketsukebango"]}
        assert frozenset().union(*(people for _, people in found)) == frozenset(example.source.atena.values())


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("procedure_id", ["jidoteate-nintei", "jidoteate-mishiharai"])
def test_allowance_examples_survive_the_fixed_layout_or_are_held_for_a_character(
    catalogue: Catalogue, procedure_id: str, number: int
) -> None:
    procedure, format_ = catalogue.procedures[procedure_id], catalogue.formats["legacy-fixed"]
    example = read_examples(procedure)[number]
    mapped = map_example(procedure, example, catalogue)
    written = write(format_, mapped.tables, Context("472018", "027", procedure.short, example.day, 1))
    if written.refused:
        assert {finding.code for _, finding in written.refused} == {"CHAR_UNMAPPABLE"}
        assert written.files == ()
        return
    (file,) = written.files
    rows = sum(len(table.application) for table in mapped.tables.values())
    assert len(read(format_, file.data)) == len(file.spans) == rows
    assert subjects(format_, file.data) == [(example.source.header["uketsukebango"], frozenset(example.source.atena.values()))]
