"""Evidence bundles (証拠一式): what proves an application, for people outside; with values only sealed for two people, by two people."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select

from pipeline.act_cases import Case, allowed, check_reader
from pipeline.acts import enter_act
from pipeline.bundle_values import person_concerned, values_of
from pipeline.bundle_verifier import FORMAT, LOG, MANIFEST, SIGNATURE, pack, signed_message
from pipeline.checkpoints import canonical_json
from pipeline.envelopes import seal_for
from pipeline.errors import ActRefused
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.act_tables import acts
from pipeline.journal.bundle_tables import evidence_bundles
from pipeline.journal.database import Write
from pipeline.lineage import trace_of
from pipeline.log import make_checkpoint
from pipeline.log_leaves import leaves_of, prove
from pipeline.orders import check_order
from pipeline.private_files import check_new, part_of, write_part
from pipeline.staff import member, require, who_may

ACT, ACT_WITH_VALUES = "evidence", "evidence_values"
VALUES = "values.sealed"


@dataclass(frozen=True, slots=True)
class Wish:
    """Values that a bundle shall carry. people: two ids of staff. person: ROLE.ORDINAL of the person concerned, or "" for the filer."""

    purpose: str
    people: tuple[str, ...]
    person: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What came of an order. digest: SHA-256 of the file, "" while a second person is needed. approvers: who may be that one."""

    act: int
    digest: str
    approvers: tuple[str, ...] = ()


def make_bundle(hub: Hub, row: Case, path: Path, *, actor: str, reason: str) -> Made:
    """Write a bundle without values: for auditors, IT and clerks of the section. Raises SettingError, EvidenceBroken."""
    check_order(actor, reason)
    check_new(path)
    check_reader(hub, row, actor)
    data = bundle_bytes(hub, row, {})
    part = write_part(path, data)
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind=ACT, actor=actor, reason=reason, application=row.id)
        entry = _enter(hub, write, row, data, {"actor": actor, "second": None, "purpose": None, "act": act})
        write.leaf("evidence_bundle_made", **entry, receipt=row.receipt)
    fault_point("bundle.before_rename")
    part.rename(path)
    return Made(act, hashlib.sha256(data).hexdigest())


def seal_bundle(hub: Hub, row: Case, path: Path, wish: Wish, *, actor: str, reason: str) -> Made:
    """Ask for a bundle with values; a second person, an approver who orders the same, gets it written. Raises SettingError."""
    check_order(actor, reason)
    desk = allowed(hub, row, actor)
    check_new(path)
    keys = _keys(hub, row, wish.people)
    concerned = person_concerned(hub, row, wish.person)
    subject = " ".join((wish.purpose, *sorted(wish.people), f"{concerned[0]}.{concerned[1]}"))
    said = {"actor": actor, "reason": reason, "application": row.id, "subject": subject}
    left = _left_over(hub, row, path, actor)
    if left is not None:
        return left
    first = _request(hub, row, subject)
    approvers = tuple(one for one in who_may(hub, "approver", row.section) if one != actor)
    if first is None:
        with hub.journal.write() as write:
            return Made(enter_act(hub, write, kind=ACT_WITH_VALUES, **said, state="asked"), "", approvers)
    if first.actor == actor or "approver" not in desk.roles:
        may = "、".join(approvers) or "まだ誰もいません"
        raise ActRefused(f"{actor} はこの依頼を承認できません。二人目が必要です", f"承認できる職員は {may}")
    sealed = seal_for(keys, values_of(hub, row, concerned), context=f"{FORMAT}/{hub.code}/{row.receipt}/{wish.purpose}")
    data = bundle_bytes(hub, row, {VALUES: sealed})
    part = write_part(path, data)
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind=ACT_WITH_VALUES, **said, first=first.id)
        entry = _enter(hub, write, row, data, {"actor": first.actor, "second": actor, "purpose": wish.purpose, "act": act})
        write.leaf("evidence_bundle_sealed", **entry, receipt=row.receipt, recipients=" ".join(sorted(wish.people)))
    fault_point("bundle.before_rename")
    part.rename(path)
    return Made(act, hashlib.sha256(data).hexdigest())


def bundle_bytes(hub: Hub, row: Case, more: Mapping[str, bytes]) -> bytes:
    """The bundle of an application as the journal stands, under a checkpoint made now. more: further parts by name."""
    point = make_checkpoint(hub.journal, hub.keys)
    trace = trace_of(hub, row)
    leaves = [
        {"number": one.leaf.number, "data": one.leaf.data, "hash": one.leaf.digest, "proof": list(one.proof)}
        for one in prove(hub, leaves_of(hub, row), point)
    ]
    parts = {f"{name}.json": canonical_json(facts) for name, facts in trace.items() if name != "log"}
    parts |= {LOG: canonical_json({"leaves": leaves}), **more}
    delivered = [file["digest"] for file in trace["files"] if file["delivery"]]
    manifest = {
        "format": FORMAT,
        "municipality": hub.code,
        "receipt": row.receipt,
        "version": row.version,
        "public_key": hub.keys.public_key,
        "checkpoint": {"size": point.size, "root": point.root, "time": point.time, "key": point.key, "signature": point.signature},
        "anchors": sorted({row.digest, *delivered}),
        "parts": {name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in parts.items()},
    }
    stated = canonical_json(manifest)
    return pack({**parts, MANIFEST: stated, SIGNATURE: hub.keys.sign(signed_message(stated)).hex().encode()})


def _keys(hub: Hub, row: Case, people: tuple[str, ...]) -> dict[str, str]:
    """The public keys of the two people. Raises ActRefused."""
    if len(set(people)) != 2:
        raise ActRefused("--for には二人の職員を指定します", "--for A --for B のように、別の二人を指定してください")
    found = {}
    for who in people:
        desk = require(hub, who, "restricted", row.section) if row.restricted else member(hub, who)
        found[desk.id] = hub.municipality.staff[desk.id].evidence_key
        if not found[desk.id]:
            remedy = f"hub evidence key で鍵を作り、municipalities/{hub.code}.yaml の staff.{who}.evidence_key に登録してください"
            raise ActRefused(f"--for {who}: 鍵が登録されていません", remedy)
    return found


def _request(hub: Hub, row: Case, subject: str) -> Row[Any] | None:
    same = (acts.c.kind == ACT_WITH_VALUES) & (acts.c.application == row.id) & (acts.c.subject == subject) & (acts.c.state == "asked")
    return next(iter(hub.journal.rows(select(acts).where(same).order_by(acts.c.id))), None)


def _enter(hub: Hub, write: Write, row: Case, data: bytes, of: dict[str, Any]) -> dict[str, Any]:
    """The bundle's row; gives what its log leaf says."""
    digest = hashlib.sha256(data).hexdigest()
    entry = {"municipality": hub.code, "application": row.id, **of, "digest": digest}
    values = {"with_values": of["second"] is not None, "at": hub.clock.now().isoformat()}
    return {"bundle": write.insert_row(evidence_bundles, entry | values), **entry}


def _left_over(hub: Hub, row: Case, path: Path, second: str) -> Made | None:
    """A bundle that was approved and logged by this person, but not given out when the process died: it is given out now."""
    part = part_of(path)
    if not part.is_file():
        return None
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    same = (evidence_bundles.c.digest == digest) & (evidence_bundles.c.application == row.id) & (evidence_bundles.c.second == second)
    act = hub.journal.scalar(select(evidence_bundles.c.act).where(same))
    if act is None:
        return None
    part.rename(path)
    return Made(act, digest)
