"""How often each kind of sameness was found (重複の疑いの件数): kept for auditors beside the suites, without numbers or values."""

from collections import Counter
from collections.abc import Sequence

from mappings.procedure import Procedure
from pipeline.hub import Hub, digest_of
from pipeline.journal.evidence_tables import suite_runs
from pipeline.repeats import SAME_FILING, Pair
from validation.results import CheckResult, SuiteResult
from validation.results import write as write_result

SUITE = "repeats"


def keep_repeat_counts(hub: Hub, procedure: Procedure, found: Sequence[Pair], *, rows: int) -> None:
    """One row for each run and procedure: of so many applications how many pairs of each kind, in trial or not."""
    kinds = hub.catalogue.repeats.of(procedure.repeats)
    counted = Counter(pair.repeat.kind for pair in found)
    statuses = {SAME_FILING: "hold"} | {kind.id: kind.status for kind in kinds}
    checks = tuple(
        CheckResult(
            id=kind,
            item=kind,
            kind="repeat",
            rule=kind,
            code="REPEAT_FILING" if kind == SAME_FILING else "REPEAT_SUSPECTED",
            severity="error" if kind == SAME_FILING else "alert",
            status=status,
            failed=counted[kind],
        )
        for kind, status in statuses.items()
    )
    suite = f"{SUITE}.{procedure.id}"
    now = hub.clock.now()
    result = SuiteResult(suite=suite, version=digest_of(kinds)[:16], rows=rows, broken=False, checks=checks)
    with hub.journal.write() as write:
        row = {"municipality": hub.code, "suite": suite, "day": now.date().isoformat(), "at": now.isoformat(), "rows": rows}
        write.insert_many(suite_runs, [{**row, "outcome": write_result(result)}])
        write.leaf("repeats_counted", suite=suite, version=result.version, rows=rows, findings=len(found))


def repeat_titles(hub: Hub, procedure: Procedure) -> dict[str, str]:
    """How pages call the counts of a procedure and each kind in them."""
    suite = f"{SUITE}.{procedure.id}"
    kinds = {f"{suite}:{kind.id}": kind.title for kind in hub.catalogue.repeats.of(procedure.repeats)}
    return {suite: f"{procedure.title}（重複の疑い）", f"{suite}:{SAME_FILING}": "同じ人・同じ手続・同じ時期の申請です", **kinds}
