"""From flows to Airflow DAGs: the only module that knows Airflow. One DAG for each flow, mapped over municipalities; only codes travel.

Airflow is an at-least-once trigger: every step may be called again at any time, the journal knows what is done.
"""

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, Asset, task, task_group
from airflow.sdk.exceptions import AirflowFailException
from pendulum import datetime as moment

from pipeline.flow import FLOWS, NEEDS, run_step
from pipeline.nights import codes_declaring, cron_of
from pipeline.places import municipalities_folder, municipality_codes, root_from_environment
from vocabulary.clock import clock_from_environment

if TYPE_CHECKING:
    from airflow.sdk.bases.timetable import BaseTimetable

OWNER = "municipal-it"
VERDICT = "verdict"
PUBLISHED = "published"
# With a scheme that begins with x- Airflow looks for no provider that knows it, which would load its database models at parse time.
COPIES = Asset(name="hub://copies", uri="x-hub://copies")
EXCHANGES = Asset(name="hub://exchange", uri="x-hub://exchange")
"""What the nightly flows leave behind: the flow that builds on it starts when it is published."""
RETRIES = 3
FIRST_DAY = moment(2026, 4, 1, tz="Asia/Tokyo")
YEARS_AHEAD = range(2026, 2041)


def retry_delay() -> timedelta:
    """Wait between tries: ``HUB_RETRY_SECONDS``, default five minutes."""
    return timedelta(seconds=float(os.environ.get("HUB_RETRY_SECONDS", "300")))


def year_end_closure() -> list[str]:
    """29 December to 3 January (閉庁日), which the national calendar does not know, as ISO days."""
    days = [(year, month, day) for year in YEARS_AHEAD for month, day in ((12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3))]
    return [f"{year:04d}-{month:02d}-{day:02d}" for year, month, day in days]


def night_hours() -> str:
    """When nightly work on copies begins: each hour of the declared nights, since results come later than their requests."""
    return cron_of(municipalities_folder(), "copies")


def codes_for(flow: str) -> list[str]:
    """The municipalities that a flow is for, told from their files' names and first keys only."""
    folder = municipalities_folder()
    return codes_declaring(folder, NEEDS[flow]) if flow in NEEDS else municipality_codes(folder)


def run_step_as_task(step: str, code: str) -> None:
    """Run a step inside a task. What only a person can mend is not retried."""
    from connectors.errors import PermanentError
    from mappings.yaml_door import SpecError
    from pipeline.errors import HubError

    try:
        run_step(step, code, root=root_from_environment(), clock=clock_from_environment())
    except (PermanentError, HubError, SpecError) as error:
        raise AirflowFailException(str(error)) from None


def fail_for_stopped_steps(code: str) -> None:
    """End the run red when a step was stopped, although the steps after it went on."""
    raise AirflowFailException(f"{code}: a step was stopped; its own log says why")


def say_published() -> None:
    """Nothing is left to do: that the task ended is the news."""


def flow_dag(flow: str, *, schedule: "str | Asset | BaseTimetable", description: str, publishes: Asset | None = None) -> DAG:
    """The DAG of a flow: its steps in order, for each municipality apart.

    publishes: an asset that is there anew after every run, whatever became of single municipalities.
    """
    defaults = {"owner": OWNER, "retries": RETRIES, "retry_delay": retry_delay()}
    with DAG(
        dag_id=flow,
        description=description,
        schedule=schedule,
        start_date=FIRST_DAY,
        catchup=False,
        max_active_runs=1,
        default_args=defaults,
        tags=["hub", flow],
    ) as dag:

        @task_group(group_id="steps")
        def steps_of(code: str) -> None:
            # A step that is stopped leaves the later ones running: each works off its own list. The verdict keeps the failure visible.
            verdict = task(task_id=VERDICT, do_xcom_push=False, trigger_rule="one_failed", retries=0)(fail_for_stopped_steps)(code)
            before = None
            for step in FLOWS[flow]:
                this = task(task_id=step, do_xcom_push=False, trigger_rule="all_done")(run_step_as_task)(step, code)
                if before is not None:
                    before >> this
                this >> verdict
                before = this

        steps_of.expand(code=codes_for(flow))
        if publishes is not None:
            # After the last step and not after the verdict, which as a last task of its own keeps the run red.
            news = task(task_id=PUBLISHED, do_xcom_push=False, trigger_rule="all_done", outlets=[publishes])(say_published)()
            dag.get_task(f"steps.{FLOWS[flow][-1]}") >> news
    return dag
