"""What a refused record means (登録結果の判定): it heals by waiting, a person must act, or the server already has it as it shall be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from connectors.intermediate import IntermediateClient
from connectors.intermediate_records import RecordResult, StoredCopy
from mappings.canonical_lines import line_of
from mappings.copies import PERSON, CopyKind
from pipeline.hub import Hub
from pipeline.sync.choice import ALREADY_THERE, NOT_THERE
from pipeline.sync.difference import DELETE, REGISTER
from pipeline.sync.lane import given_up, next_night
from pipeline.sync.request_file import FileRecord
from pipeline.sync.requests import Request
from vocabulary.findings import Refused

_HEALS = "COPY_CODE_NOT_OBTAINED"
_GIVEN_UP = "COPY_GIVEN_UP"
_REFUSED = "COPY_REFUSED"
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "CODE_NOT_OBTAINED": _HEALS,
        "ALREADY_EXISTS": ALREADY_THERE,
        "NOT_FOUND": NOT_THERE,
        "ITEM_INVALID": "COPY_ITEM_INVALID",
        "LAYOUT_INVALID": "COPY_LAYOUT_INVALID",
    }
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a record was not taken. state: waiting until ``next_try``, or failed. item: romaji name, or a code that the profile lacks."""

    state: str
    code: str
    item: str | None = None
    next_try: str | None = None

    @property
    def values(self) -> dict[str, str | None]:
        """The columns of the journal."""
        return {"state": self.state, "code": self.code, "item": self.item, "next_try": self.next_try}


def judge(hub: Hub, result: RecordResult, since: str, night: str) -> Trouble:
    """What a refusal means for a record that is tried since a night."""
    reason = _REASONS.get(result.code)
    if reason is None:
        return Trouble("failed", _REFUSED, result.code)
    if reason != _HEALS:
        return Trouble("failed", reason, result.item or None)
    if given_up(hub, since, night):
        return Trouble("failed", _GIVEN_UP)
    return Trouble("waiting", _HEALS, next_try=next_night(night))


def stands_there(hub: Hub, server: IntermediateClient, request: Request, records: Sequence[FileRecord]) -> frozenset[str]:
    """Of records that were there already, or were not there, those that the server has as they shall be: 識別番号. Reads all copies.

    A registration that finds its own values, and a deletion that finds nothing, did happen: the answer to the first call was lost.
    """
    if not records:
        return frozenset()
    kind = hub.catalogue.copies[request.kind]
    wanted = {record.change.key for record in records}
    found: dict[bytes, StoredCopy] = {}
    for copy in server.copies(kind.id):
        key = "\x1f".join((copy.atena, *(copy.values.get(name, "") for name in kind.key[1:]))).encode()
        if key in wanted:
            found[key] = copy
    return frozenset(record.record_id for record in records if _as_asked(kind, request.layout, record, found.get(record.change.key)))


def _as_asked(kind: CopyKind, layout: str, record: FileRecord, copy: StoredCopy | None) -> bool:
    if record.change.operation == DELETE:
        return copy is None
    if copy is None or copy.layout != layout or record.change.operation != REGISTER:
        return False
    try:
        return line_of(kind, kind.layout(layout), {PERSON: copy.atena, **copy.values}) == record.change.line
    except Refused:
        return False
