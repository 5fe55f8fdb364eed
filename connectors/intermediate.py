"""Client of the intermediate server (自治体中間サーバー) behind the municipality's gateway: functions SYM, SCM, DBM, SKI, TKM and JTK.

Whatever changes something is asked for under a request ID and answered later by the paired result; the same request again has no second
effect. Persons are named by 宛名番号, which the gateway swaps on the way. Assumptions stand in ``connectors/profiles/intermediate.yaml``.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from connectors.connections import HttpConnection
from connectors.errors import PermanentError, TransientError
from connectors.http_session import Answer, HttpSession, Patience
from connectors.intermediate_answers import (
    DONE,
    PROFILE,
    code_of,
    exchange_file,
    flag_state,
    known,
    layout_of,
    mark,
    moment,
    record_result,
    shown_copy,
    stored_copy,
    whole_number,
)
from connectors.intermediate_records import (
    ExchangeFile,
    FlagResult,
    FlagState,
    Inquiry,
    InquiryResult,
    Masters,
    OperatingState,
    Part,
    RequestResult,
    SelfInformation,
    Stop,
    StoredCopy,
)

_PATH: Mapping[str, str] = {name: operation["path"] for name, operation in PROFILE["operations"].items()}
ROWS_PER_REQUEST = int(PROFILE["rows_per_request"])
"""Most persons or inquiries in one request."""
Flag = Literal["nondisclosure", "autoresponse_off"]
FLAGS: tuple[Flag, ...] = ("nondisclosure", "autoresponse_off")
"""不開示該当フラグ and 自動応答不可フラグ, both for each person (個人単位)."""


class OtherRequestError(PermanentError):
    """The answer belongs to another request than the one asked for: nothing of it may be used."""


class IntermediateClient:
    """Client of one municipality. Logs in at the first call; keeps the connection open until ``close``.

    Every method raises TransientError (also while the server is stopped) or PermanentError.
    """

    def __init__(self, connection: HttpConnection) -> None:
        self._system = connection.name
        self._session = HttpSession(connection, login=_PATH["login"], patience=Patience(body=int(PROFILE["largest_answer_bytes"])))

    def __enter__(self) -> "IntermediateClient":
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def operating_state(self) -> OperatingState:
        """Whether the server works, and the stops that it plans (SYM 20212). Answered while it is stopped, too."""
        answer = self._call("operating_state", {})
        until = None if answer.json().get("until") is None else moment(answer, "until")
        stops = tuple(Stop(moment(answer, "from", one), moment(answer, "until", one)) for one in answer.items("plannedStops"))
        return OperatingState(known(answer, answer.text("state"), "operating_states"), until, stops)

    def masters(self, since: datetime) -> Masters:
        """The layouts that are in force or to come since a moment (SCM 30112)."""
        answer = self._call("masters", {"since": since.isoformat()})
        return Masters(whole_number(answer, "version"), tuple(layout_of(answer, one) for one in answer.items("layouts")))

    def send_part(self, part: Part) -> None:
        """Send a part of a request file (DBM 20113). PermanentError when the server has other content under the same request and part."""
        self._accept("register", part.cells())

    def request_result(self, request_id: str) -> RequestResult:
        """How far the server is with a request file, and the result of each record (DBM 20314). Raises OtherRequestError too."""
        answer, state = self._result("register_result", request_id)
        return RequestResult(state, tuple(record_result(answer, row) for row in _rows(answer, state)))

    def copies(self, kind: str) -> Iterator[StoredCopy]:
        """Every copy of a kind, page by page (DBM 30312). Raises TransientError when copies come or go meanwhile: begin again."""
        page, total, pages = 1, 0, 1
        while page <= pages:
            answer = self._call("copies", {"kind": kind, "page": page})
            found, pages = whole_number(answer, "total"), whole_number(answer, "pages")
            if page > 1 and found != total:
                raise TransientError(self._system, "copies: total changed while it was read")
            yield from (stored_copy(answer, item) for item in answer.items("items"))
            total, page = found, page + 1

    def set_flags(self, flag: Flag, request_id: str, persons: Mapping[str, bool]) -> None:
        """Ask to set a flag of persons (DBM 80123 不開示, 50123 自動応答不可). persons: by 宛名番号 whether it shall be set."""
        rows = [{"atenabango": atena, "flag": "1" if wanted else "0"} for atena, wanted in persons.items()]
        self._accept(flag, {"requestId": request_id, "rows": self._few(flag, rows)})

    def flag_results(self, flag: Flag, request_id: str) -> tuple[FlagResult, ...] | None:
        """What became of a request for flags (DBM 80134, 50134); None while the server works on it or does not know it."""
        answer, state = self._result(f"{flag}_result", request_id)
        rows = [(answer.text("atenabango", row), code_of(answer, row)[0]) for row in _rows(answer, state)]
        return tuple(FlagResult(*row) for row in rows) if state == DONE else None

    def ask_flags(self, request_id: str, persons: Sequence[str]) -> None:
        """Ask how the flags of persons, named by 宛名番号, stand (DBM 90123)."""
        self._accept("flag_states", {"requestId": request_id, "atenabango": self._few("flag_states", persons)})

    def flag_states(self, request_id: str) -> tuple[FlagState, ...] | None:
        """How they stand (DBM 90134); a person whom the gateway does not know is absent. None while there is no answer."""
        answer, state = self._result("flag_states_result", request_id)
        rows = [row for row in _rows(answer, state) if "nondisclosure" in row]
        return tuple(flag_state(answer, row) for row in rows) if state == DONE else None

    def send_inquiries(self, request_id: str, inquiries: Sequence[Inquiry]) -> None:
        """Register inquiries (SKI 10123)."""
        rows = [{"inquiryId": one.inquiry_id, "atenabango": one.atena, "dutyCode": one.duty, "itemCode": one.item} for one in inquiries]
        self._accept("inquiries", {"requestId": request_id, "rows": self._few("inquiries", rows)})

    def inquiries_taken(self, request_id: str) -> tuple[InquiryResult, ...] | None:
        """Which inquiries were registered (SKI 10134): the code of each; None while there is no answer."""
        answer, state = self._result("inquiries_result", request_id)
        rows = [InquiryResult(answer.text("inquiryId", row), "", code_of(answer, row)[0]) for row in _rows(answer, state)]
        return tuple(rows) if state == DONE else None

    def ask_inquiry_results(self, request_id: str, inquiry_ids: Sequence[str]) -> None:
        """Ask how inquiries ended (SKI 11123)."""
        self._accept("inquiry_results", {"requestId": request_id, "inquiryIds": self._few("inquiry_results", inquiry_ids)})

    def inquiry_results(self, request_id: str) -> tuple[InquiryResult, ...] | None:
        """処理通番 and outcome of each inquiry (SKI 11134); None while there is no answer."""
        answer, state = self._result("inquiry_results_result", request_id)
        keys = ("inquiryId", "sequence", "result")
        rows = [InquiryResult(*(answer.text(key, row) for key in keys)) for row in _rows(answer, state)]
        return tuple(rows) if state == DONE else None

    def ask_exchange(self, request_id: str, first: datetime, last: datetime) -> None:
        """Ask for the records of exchange from ``first`` until before ``last`` (TKM 40113)."""
        self._accept("exchange", {"requestId": request_id, "from": first.isoformat(), "until": last.isoformat()})

    def exchange_files(self, request_id: str) -> tuple[ExchangeFile, ...] | None:
        """The files that the records come in (TKM 40124), all of them; None while there is no answer."""
        answer, state = self._result("exchange_result", request_id)
        return tuple(exchange_file(answer, item) for item in _rows(answer, state, "files")) if state == DONE else None

    def ask_self_status(self, request_id: str, request_number: str) -> None:
        """Ask for the state of a resident's request at the portal (JTK 10121). request_number: 請求番号."""
        self._accept("self_status", {"requestId": request_id, "requestNumber": request_number})

    def self_status(self, request_id: str) -> SelfInformation | None:
        """Its state and whose it is (JTK 10134); None while there is no answer."""
        return self._self_information("self_status_result", request_id)

    def ask_self_content(self, request_id: str, request_number: str) -> None:
        """Ask for what the portal shows on a resident's request (JTK 10223)."""
        self._accept("self_content", {"requestId": request_id, "requestNumber": request_number})

    def self_content(self, request_id: str) -> SelfInformation | None:
        """What the portal shows (JTK 10234); None while there is no answer."""
        return self._self_information("self_content_result", request_id)

    def _self_information(self, operation: str, request_id: str) -> SelfInformation | None:
        answer, state = self._result(operation, request_id)
        if state != DONE:
            return None
        cells = answer.json()
        hidden = "nondisclosure" in cells and mark(answer, "nondisclosure")
        copies = tuple(shown_copy(answer, one) for one in answer.items("copies")) if "copies" in cells else ()
        return SelfInformation(known(answer, answer.text("status"), "self_states"), answer.text("atenabango"), hidden, copies)

    def _accept(self, operation: str, body: Mapping[str, object]) -> None:
        answer = self._call(operation, body)
        if answer.json().get("accepted") is not True:
            raise answer.unlike_profile("accepted")

    def _result(self, operation: str, request_id: str) -> tuple[Answer, str]:
        answer = self._call(operation, {"requestId": request_id})
        if answer.text("requestId") != request_id:
            raise OtherRequestError(self._system, f"{operation}: the answer belongs to another request")
        return answer, known(answer, answer.text("state"), "result_states")

    def _few(self, operation: str, rows: Sequence[Any]) -> list[Any]:
        if len(rows) > ROWS_PER_REQUEST:
            raise PermanentError(self._system, f"{operation}: more than {ROWS_PER_REQUEST} rows in one request")
        return list(rows)

    def _call(self, operation: str, body: Mapping[str, object]) -> Answer:
        return self._session.call(operation, "POST", _PATH[operation], body)


def _rows(answer: Answer, state: str, key: str = "rows") -> list[dict[str, Any]]:
    """The rows of a result; none before it is done."""
    return answer.items(key) if state == DONE else []
