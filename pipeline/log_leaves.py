"""Leaves of the log about one application (証跡の記録), and the proofs that they stand under a signed checkpoint."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import or_, select

from pipeline.act_cases import Case
from pipeline.checkpoints import Checkpoint
from pipeline.errors import EvidenceBroken
from pipeline.hub import Hub
from pipeline.journal.decision_tables import notice_outbox
from pipeline.journal.delivery_tables import batch_items
from pipeline.journal.evidence_tables import log_leaves
from pipeline.journal.replay_tables import replay_items
from pipeline.log import size_before
from pipeline.merkle import prove_inclusions

PAGE_OF_NOTICES: Final = "notice_sending"
"""Many notices are about to go out; ``ids`` names them."""


@dataclass(frozen=True, slots=True)
class LeafOf:
    """A leaf. number: from 1. data: canonical JSON as it was hashed. digest: hex, as the journal stored it. facts: ``data`` as read."""

    number: int
    data: str
    digest: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProvenLeaf:
    """A leaf with the hashes, lowest first, that lead from it to a checkpoint's root."""

    leaf: LeafOf
    proof: tuple[str, ...]


def leaves_of(hub: Hub, row: Case) -> list[LeafOf]:
    """Leaves that name the application, its 受付番号, a file that carries a record of it, a replay or a notice of it; in order.

    The log is read from its arrival at the portal on.
    """
    known = _ids_of(hub, row)
    texts = [f'"{key}":{json.dumps(value)}' for key, values in known.items() for value in values]
    texts += [f'"event":"{PAGE_OF_NOTICES}"'] if known["notice"] else []
    wanted = or_(*(log_leaves.c.data.contains(text, autoescape=True) for text in texts))
    since = log_leaves.c.number > size_before(hub.journal, date.fromisoformat(row.arrived_at[:10]))
    found = []
    for one in hub.journal.rows(select(log_leaves).where(since, wanted).order_by(log_leaves.c.number)):
        facts = json.loads(one.data)
        ours = facts.get("municipality", hub.code) == hub.code
        if ours and (any(facts.get(key) in values for key, values in known.items()) or _sends(facts, known["notice"])):
            found.append(LeafOf(one.number, one.data, one.hash, facts))
    return found


def _sends(facts: dict[str, Any], notices: set[Any]) -> bool:
    """Whether a leaf is that of a page of notices with one of these among them."""
    return facts["event"] == PAGE_OF_NOTICES and not notices.isdisjoint(int(one) for one in facts["ids"].split(","))


def _ids_of(hub: Hub, row: Case) -> dict[str, set[Any]]:
    files = select(batch_items.c.batch).where(batch_items.c.application == row.id)
    again = select(replay_items.c.replay).where(replay_items.c.application == row.id)
    told = select(notice_outbox.c.id).where(notice_outbox.c.application == row.id)
    found: dict[str, set[Any]] = {"application": {row.id}, "receipt": {row.receipt}, "of": {row.id}, "by": {row.id}, "lies_with": {row.id}}
    for key, statement in (("batch", files), ("replay", again), ("notice", told)):
        found[key] = {one[0] for one in hub.journal.rows(statement)}
    return found


def prove(hub: Hub, leaves: Iterable[LeafOf], point: Checkpoint) -> list[ProvenLeaf]:
    """The leaves that the checkpoint covers, with their proofs. Raises EvidenceBroken when the log is not what was signed."""
    covered = [leaf for leaf in leaves if leaf.number <= point.size]
    wanted = [leaf.number - 1 for leaf in covered]
    root, paths = prove_inclusions(wanted, size=point.size, leaves=lambda start, end: _hashes(hub, start, end))
    if root.hex() != point.root:
        raise EvidenceBroken(f"log: the first {point.size} leaves are not what was signed")
    return [ProvenLeaf(leaf, tuple(one.hex() for one in paths[leaf.number - 1])) for leaf in covered]


def _hashes(hub: Hub, start: int, end: int) -> list[bytes]:
    hashes = select(log_leaves.c.hash).where(log_leaves.c.number.between(start + 1, end)).order_by(log_leaves.c.number)
    return [bytes.fromhex(one.hash) for one in hub.journal.rows(hashes)]
