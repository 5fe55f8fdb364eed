"""What clerks and residents do in tests of corrections (補正): ask, refuse, answer, and what the journal then says."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import select

from pipeline.cli import main
from pipeline.journal.correction_tables import corrections
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.intake_tables import applications
from sandbox.jpki_publication import publish
from sandbox.process import Running
from tests.pipeline.days import INTAKE, NAHA, at, outside, rows, run

Own = Callable[[Path], Path]
CLERK, CHIEF = "jidoteate-01", "jidoteate-kakaricho"
NINTEI = "jidoteate-nintei"
TEXT = "7桁の数字で書いてください。"
NOTIFY = ("statuses", "corrections", "notices")
TEN = at(10)
AFTER = date(2026, 12, 9)


def act(root: Path, command: str, receipt: str, *options: str, actor: str = CLERK, moment: datetime = TEN) -> Result:
    environment = {"HUB_NOW": moment.isoformat(), "HUB_ROOT": "", "HUB_DATABASE": ""}
    who = ["--actor", actor, *([] if command == "case" else ["--reason", "記入誤りのため"])]
    arguments = [command, receipt, *options, *who, "--root", str(root), "--municipality", NAHA]
    return CliRunner().invoke(main, arguments, prog_name="hub", env=environment)


def done(*call: Any, **more: Any) -> str:
    result = act(*call, **more)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def refused(*call: Any, **more: Any) -> str:
    result = act(*call, **more)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1), result.output
    return result.stderr


def claim(root: Path, *, last: bool = False) -> Any:
    """A claim of the town that is checked and whose filer has an account at the portal."""
    wanted = (applications.c.procedure == NINTEI) & (applications.c.stage == "checked") & ~applications.c.restricted
    found = rows(root, select(applications).where(wanted).order_by(applications.c.arrived_at))
    return found[-1 if last else 0]


def row_of(root: Path, receipt: str) -> Any:
    return rows(root, select(applications).where(applications.c.receipt == receipt))[0]


def asked(root: Path, receipt: str, *options: str) -> str:
    return done(root, "correct", receipt, "--item", "口座番号", "--text", TEXT, *options)


def state(root: Path, application: int) -> list[str]:
    return [one.state for one in rows(root, select(corrections).where(corrections.c.application == application).order_by(corrections.c.id))]


def keys(root: Path, application: int) -> list[str]:
    own = select(notice_outbox).where(notice_outbox.c.application == application, notice_outbox.c.channel == "portal")
    return [one.subject_key.partition("/")[2] for one in rows(root, own.order_by(notice_outbox.c.id))]


def plan(root: Path, **does: Any) -> None:
    (root / "sandbox/portal/residents.json").write_text(json.dumps(does), encoding="utf-8")


@contextmanager
def on(root: Path, moment: datetime) -> Iterator[Running]:
    publish(root / "sandbox/jpki/published", day=moment.date(), revocations=[], stale=frozenset())
    with outside(root, moment) as running:
        yield running


def resident_answers(root: Path, receipt: str, moment: datetime, **does: Any) -> None:
    """The portal shows the status, the notice goes out, the resident acts, the hub takes it in."""
    plan(root, **{receipt: {"does": "answers", **does}})
    with on(root, at(11)):
        run(root, NOTIFY, at(11))
    with on(root, moment) as running:
        assert running.control.settle("corrections") == 1
        run(root, (*INTAKE, *NOTIFY), moment)


def answer_to(root: Path, receipt: str) -> Any:
    (found,) = rows(root, select(applications).where(applications.c.previous_receipt == receipt))
    return found


def effects(root: Path) -> list[dict[str, Any]]:
    lines = (root / "sandbox/journals/effects.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
