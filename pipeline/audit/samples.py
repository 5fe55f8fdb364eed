"""Samples in the journal (監査抽出): the drawing and what was drawn, findings (指摘) and measures (措置) against it, each logged."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select

from pipeline.acts import enter_act
from pipeline.audit.drawing import draw
from pipeline.audit.strata import Candidate, candidates
from pipeline.errors import SettingError
from pipeline.hub import Hub
from pipeline.journal.audit_tables import audit_findings, audit_measures, audit_sample_items, audit_samples
from pipeline.journal.intake_tables import applications
from pipeline.orders import check_order
from pipeline.staff import member, require
from vocabulary.masking import mask_numbers

LONGEST_SEED, LONGEST_TEXT, LARGEST = 80, 400, 1000
PURPOSE = "監査抽出"


def draw_sample(hub: Hub, *, seed: str, size: int, first: date, last: date, actor: str) -> int:
    """Draw, enter and log a sample; gives its number. A second drawing is another sample with the same applications.

    Raises SettingError for an actor who is no auditor, an impossible size or period, or a period without applications.
    """
    require(hub, actor, "auditor")
    _check_drawing(seed, size, first, last)
    found = candidates(hub, first.isoformat(), last.isoformat())
    if not found:
        raise SettingError(f"no application reached a section from {first} to {last}", "choose other days with --from and --until")
    drawn = draw(found, seed=seed, size=size)
    digest = digest_of_drawing(drawn)
    row = {
        "municipality": hub.code,
        "seed": seed,
        "size": size,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "population": len(found),
        "digest": digest,
        "actor": actor,
        "at": hub.clock.now().isoformat(),
    }
    with hub.journal.write() as write:
        sample = write.insert_row(audit_samples, row)
        write.insert_many(audit_sample_items, [
            {"sample": sample, "place": place, "application": one.application, "stratum": one.stratum} for place, one in enumerate(drawn, 1)
        ])  # fmt: skip
        enter_act(hub, write, kind="audit_sample", actor=actor, reason=PURPOSE, subject=f"sample {sample}")
        write.leaf("audit_sample_drawn", sample=sample, size=size, population=len(found), drawn=len(drawn), digest=digest)
    return sample


def digest_of_drawing(drawn: Sequence[Candidate]) -> str:
    """Under which two drawings can be compared."""
    return hashlib.sha256("\n".join(one.key for one in drawn).encode()).hexdigest()


def _check_drawing(seed: str, size: int, first: date, last: date) -> None:
    if not 1 <= size <= LARGEST:
        raise SettingError(f"--size {size} is not possible", f"give 1 to {LARGEST}")
    if not seed or len(seed) > LONGEST_SEED or mask_numbers(seed) != seed:
        raise SettingError("--seed is empty, too long or a 個人番号", f"give 1 to {LONGEST_SEED} characters; it stays in the log")
    if first > last:
        raise SettingError(f"--from {first} is after --until {last}", "give the earlier day first")


def sample_row(hub: Hub, sample: int) -> Row[Any]:
    """The drawing. Raises SettingError naming the samples that there are."""
    ours = audit_samples.c.municipality == hub.code
    found: list[Row[Any]] = hub.journal.rows(select(audit_samples).where(ours, audit_samples.c.id == sample))
    if not found:
        known = ", ".join(str(row.id) for row in hub.journal.rows(select(audit_samples.c.id).where(ours).order_by(audit_samples.c.id)))
        raise SettingError(f"there is no sample {sample}", f"known are {known or 'none; draw one with hub audit sample'}")
    return found[0]


def sample_items(hub: Hub, sample: int) -> list[Row[Any]]:
    """What was drawn, in its order, with the applications."""
    joined = select(audit_sample_items.c.place, audit_sample_items.c.stratum, applications)
    joined = joined.join(applications, applications.c.id == audit_sample_items.c.application)
    return hub.journal.rows(joined.where(audit_sample_items.c.sample == sample).order_by(audit_sample_items.c.place))


def enter_finding(hub: Hub, sample: int, place: int, *, text: str, actor: str) -> int:
    """A finding (指摘) about one item of a sample; gives its number. Raises SettingError."""
    require(hub, actor, "auditor")
    sample_row(hub, sample)
    _check_text(text, actor)
    last = hub.journal.scalar(select(func.max(audit_sample_items.c.place)).where(audit_sample_items.c.sample == sample)) or 0
    if not 1 <= place <= last:
        raise SettingError(f"sample {sample} has no item {place}", f"give 1 to {last}, as the working paper numbers them")
    row = {"sample": sample, "place": place, "text": text, "actor": actor, "at": hub.clock.now().isoformat()}
    with hub.journal.write() as write:
        finding = write.insert_row(audit_findings, row)
        enter_act(hub, write, kind="audit_finding", actor=actor, reason=PURPOSE, subject=f"finding {finding}")
        write.leaf("audit_finding_entered", finding=finding, sample=sample, place=place, said=hub.index(text, "audit-text"))
    return finding


def enter_measure(hub: Hub, finding: int, *, text: str, state: str, due: date | None, actor: str) -> int:
    """What is done about a finding (措置), by anybody of the staff; gives its number. Raises SettingError."""
    member(hub, actor)
    _check_text(text, actor)
    known = select(audit_findings.c.id).join(audit_samples, audit_samples.c.id == audit_findings.c.sample)
    if hub.journal.scalar(known.where(audit_findings.c.id == finding, audit_samples.c.municipality == hub.code)) is None:
        raise SettingError(f"there is no finding {finding}", "hub audit list shows their numbers")
    _check_end(hub, state, due)
    day = due.isoformat() if due else None
    row = {"finding": finding, "text": text, "state": state, "due_on": day, "actor": actor, "at": hub.clock.now().isoformat()}
    with hub.journal.write() as write:
        measure = write.insert_row(audit_measures, row)
        enter_act(hub, write, kind="audit_measure", actor=actor, reason=PURPOSE, subject=f"measure {measure}")
        write.leaf("audit_measure_entered", measure=measure, finding=finding, state=state, due=day, said=hub.index(text, "audit-text"))
    return measure


def _check_end(hub: Hub, state: str, due: date | None) -> None:
    """A planned measure has a day that is still to come, a finished one has none. Raises SettingError."""
    remedy = "say until when with --due, or --done for one that is finished"
    if state == "planned" and due is None:
        raise SettingError("a planned measure has no day", remedy)
    if state == "done" and due is not None:
        raise SettingError("a measure is either planned or finished", f"{remedy}, not both")
    if due is not None and due < hub.clock.today():
        raise SettingError(f"--due {due} is past", remedy)


def _check_text(text: str, actor: str) -> None:
    """A text as long as the journal takes, without a 個人番号. Raises SettingError."""
    check_order(actor, PURPOSE)
    if not text.strip() or len(text) > LONGEST_TEXT or mask_numbers(text) != text:
        remedy = f"say it in 1 to {LONGEST_TEXT} characters, without numbers of persons"
        raise SettingError("--text is empty, too long or holds a 個人番号", remedy)
