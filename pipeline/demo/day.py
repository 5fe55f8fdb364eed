"""The demo's business day and the night after it: every flow at its hours, through the real DAGs in one Airflow process on SQLite."""

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.demo.approval import approve_first_load
from pipeline.demo.desks import MORNING, PAID, ask_corrections, begin_morning, pay_some
from pipeline.demo.world import at
from pipeline.errors import HubError
from pipeline.places import PROJECT, Root

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from sandbox.control_client import Phase
    from sandbox.process import Running

SUCCESS = "success"
Hours = Sequence[tuple[str, datetime]]

HOURS: Hours = (("refresh_links", at(6)), ("payments", at(7)), ("morning", at(8)), ("intake", at(9)), ("notify", at(15)), ("close", at(18)))
NIGHT: Hours = (("nightly_sync", at(22)), ("nightly_sync", at(22, 30)), ("exchange_log", at(23)), ("night_report", at(23)))
"""The copies go out; half an hour later the first load is approved and results are asked for again; then the records of exchange."""
AFTER: Hours = (("payments", PAID), ("notify", MORNING))
"""The next morning, each after what people do first."""
BEFORE: "Mapping[datetime, tuple[Phase, ...]]" = {at(15): ("receipts", "results"), at(22): ("own",), at(22, 30): ("middle",)}
"""What the stand-ins have worked off by then: the receiving systems, the town's own side of exchanges, the intermediate server."""

ACTS: "Mapping[datetime, Callable[[Root], object]]" = {
    at(15): ask_corrections,
    NIGHT[1][1]: approve_first_load,
    PAID: pay_some,
    MORNING: begin_morning,
}
"""What people do before the flow of a moment."""


def set_up_airflow(root: Root) -> None:
    """Point Airflow at the root before it is imported: own home, own database, our DAGs, short retry delays."""
    home = root.folder / "airflow"
    home.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        {
            "HUB_ROOT": str(root.folder),
            "HUB_RETRY_SECONDS": "0.2",
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        }
    )


def run_flows(hours: Hours, running: "Running", *, ended: Callable[[], None]) -> dict[str, str]:
    """Run flows in order and return the state of each DAG; a state that is no success is kept. Later flows run even when one failed.

    ended: called after each run.
    """
    states: dict[str, str] = {}
    with _output_to(Path(os.environ["AIRFLOW_HOME"]) / "run.log"), warnings.catch_warnings():
        # What Airflow's own parts deprecate is nothing that somebody who watches a demo can mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        from airflow.utils.db import initdb

        initdb()
        for flow, moment in hours:
            state = _run_flow(flow, moment, running)
            states[flow] = state if states.get(flow, SUCCESS) == SUCCESS else states[flow]
            ended()
    return states


def _run_flow(flow: str, moment: datetime, running: "Running") -> str:
    os.environ["HUB_NOW"] = moment.isoformat()
    running.control.set_clock(moment)
    if moment in ACTS:
        ACTS[moment](Root(running.root))
    for phase in BEFORE.get(moment, ()):
        running.control.settle(phase)
    run = _dag(flow).test(logical_date=moment)
    return str(getattr(run.state, "value", run.state))


def _dag(flow: str) -> "DAG":
    """The DAG that the flow's file defines."""
    file = PROJECT / "dags" / f"{flow}.py"
    found = spec_from_file_location(f"dags_{flow}", file)
    if found is None or found.loader is None:
        raise HubError(f"{file} cannot be loaded")
    module = module_from_spec(found)
    sys.modules[module.__name__] = module
    found.loader.exec_module(module)
    dag: DAG = module.dag
    return dag


@contextmanager
def _output_to(file: Path) -> Iterator[None]:
    """Airflow writes each task's progress to the terminal; the demo keeps it in a file with 個人番号 masked."""
    from vocabulary.masking import NumberFilter

    kept = sys.stdout, sys.stderr
    with file.open("a", encoding="utf-8") as log:
        sys.stdout = sys.stderr = log
        for handler in logging.getLogger().handlers:
            handler.addFilter(NumberFilter())
        try:
            yield
        finally:
            sys.stdout, sys.stderr = kept
