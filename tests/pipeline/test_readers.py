"""Who may read a case by command: its section, auditors and IT; of a case under 支援措置 nobody else learns even that it is one."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from pipeline.audit.openings import openings
from pipeline.cli import main
from pipeline.journal.intake_tables import applications
from tests.pipeline.days import NAHA, at, hub_at, rows

COMMANDS = ("case", "trace", "acts")


def read(root: Path, command: str, receipt: str, actor: str) -> Result:
    order = [command, *([receipt] if receipt else []), "--actor", actor, "--root", str(root), "--municipality", NAHA]
    return CliRunner().invoke(main, order, prog_name="hub")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_restricted_case_is_read_by_entitled_desks_and_refused_to_others_in_neutral_words(
    checked_root: Path, own: Callable[[Path], Path], command: str
) -> None:
    root = own(checked_root)
    apart = next(row for row in rows(root, select(applications)) if row.restricted)
    for actor in (f"{apart.section}-kakaricho", "kacho", "kansa-01", "joho-01"):
        assert read(root, command, apart.receipt, actor).exit_code == 0
    for actor in (f"{apart.section}-01", "bunsho-01", "boshi-kakaricho", "nobody"):
        refused = read(root, command, apart.receipt, actor)
        assert (refused.exit_code, refused.stdout, len(refused.stderr.splitlines())) == (2, "", 1)
        assert not any(word in refused.stderr for word in ("支援措置", "PROTECTED", "restricted"))


@pytest.mark.parametrize("command", COMMANDS)
def test_an_ordinary_case_is_read_by_its_section_and_by_no_other(checked_root: Path, command: str) -> None:
    plain = next(row for row in rows(checked_root, select(applications)) if not row.restricted and row.section == "hoiku")
    assert read(checked_root, command, plain.receipt, "hoiku-01").exit_code == 0
    refused = read(checked_root, command, plain.receipt, "jidoteate-01")
    assert (refused.exit_code, "hoiku-kakaricho" in refused.stderr) == (2, True)
    nobody = CliRunner().invoke(main, [command, plain.receipt, "--root", str(checked_root), "--municipality", NAHA])
    assert (nobody.exit_code, "--actor" in nobody.output) == (2, True)


def test_what_waits_for_a_second_person_is_listed_for_declared_desks(checked_root: Path) -> None:
    assert "二人目を待っている行為はありません" in read(checked_root, "acts", "", "hoiku-01").stdout
    assert read(checked_root, "acts", "", "nobody").exit_code == 2


def test_who_looked_at_a_restricted_case_stands_in_the_record_of_openings(checked_root: Path, own: Callable[[Path], Path]) -> None:
    root = own(checked_root)
    apart = next(row for row in rows(root, select(applications)) if row.restricted)
    plain = next(row for row in rows(root, select(applications)) if not row.restricted and row.section == apart.section)
    chief = f"{apart.section}-kakaricho"
    for command in COMMANDS:
        assert read(root, command, apart.receipt, chief).exit_code == 0
        assert read(root, command, plain.receipt, chief).exit_code == 0
        assert read(root, command, apart.receipt, f"{apart.section}-01").exit_code == 2
    with hub_at(root, at(18)) as hub:
        found = [(one.who, one.subject) for one in openings(hub, date(2000, 1, 1), date(2999, 1, 1)) if "閲覧" in one.what]
    assert found == [(chief, apart.receipt)] * len(COMMANDS)
