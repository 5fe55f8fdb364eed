"""What the intermediate server (中間サーバー) is told and answers, as records."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """A planned stop (計画停止); times with offset, ``until`` does not belong to it."""

    start: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class OperatingState:
    """SYM 20212. state: running, closing or stopped; until: end of a stop, or its beginning when closing; stops: soonest first."""

    state: str
    until: datetime | None
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class AnnouncedLayout:
    """A version of a kind's layout, and the first day on which the server takes it."""

    kind: str
    version: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class Masters:
    """SCM 30112: the number of the masters' state, and the layouts in force or to come."""

    version: int
    layouts: tuple[AnnouncedLayout, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a request file (DBM 20113), counted from 1. content: CSV, UTF-8, CRLF, header first. municipality: 団体コード."""

    request_id: str
    kind: str
    layout: str
    municipality: str
    part: int
    parts: int
    content: bytes = field(repr=False)

    def cells(self) -> dict[str, object]:
        """The keys of the interface."""
        return {
            "requestId": self.request_id,
            "kind": self.kind,
            "layout": self.layout,
            "municipality": self.municipality,
            "part": self.part,
            "parts": self.parts,
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "content": base64.b64encode(self.content).decode("ascii"),
        }


@dataclass(frozen=True, slots=True)
class RecordResult:
    """The result of one record. code: ``OK`` or why not; item: the item that is wrong, empty with most codes."""

    record_id: str
    code: str
    item: str

    @property
    def good(self) -> bool:
        """Whether the server carried it out."""
        return self.code == "OK"


@dataclass(frozen=True, slots=True)
class RequestResult:
    """DBM 20314. state: unknown, incomplete, processing, done; rows only when done, in the server's order, repeated where it repeats."""

    state: str
    rows: tuple[RecordResult, ...]


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """One copy (副本) as the server has it. values: by romaji name, without 宛名番号."""

    atena: str = field(repr=False)
    layout: str
    updated_at: datetime
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FlagResult:
    """The result of one person's flag. ``code``: as of ``RecordResult``."""

    atena: str = field(repr=False)
    code: str


@dataclass(frozen=True, slots=True)
class FlagState:
    """The two flags of a person: 不開示該当 and 自動応答不可."""

    atena: str = field(repr=False)
    nondisclosure: bool
    autoresponse_off: bool


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One inquiry (情報照会). duty: 事務手続コード; item: 特定個人情報コード."""

    inquiry_id: str
    atena: str = field(repr=False)
    duty: str
    item: str


@dataclass(frozen=True, slots=True)
class InquiryResult:
    """SKI 10134: ``result`` is a result code. SKI 11134: ``sequence`` is the 処理通番, ``result`` how it ended."""

    inquiry_id: str
    sequence: str
    result: str


@dataclass(frozen=True, slots=True)
class ExchangeFile:
    """A file of records of exchange (情報提供等記録), digest checked. content: CSV, UTF-8, CRLF, header first."""

    name: str
    sha256: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownCopy:
    """A copy as the portal shows it (自己情報表示): label and value in the portal's order. ``kind``: kind of copy."""

    kind: str
    title: str
    updated_at: datetime
    values: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SelfInformation:
    """JTK 10134 and 10234. state: prepared or unknown; copies: None without content; hidden: the person's 不開示 is set."""

    state: str
    atena: str = field(repr=False)
    hidden: bool
    copies: tuple[ShownCopy, ...] = field(repr=False)
