"""The contenders (送り方): ours with its journal, ``requests`` with a kept session, and a raw kept-open connection as the floor.

What is sent is the same: the peers get the bodies ready as plain rows, ours has its notices owed and sealed in a journal.
"""

import http.client
import json
import shutil
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import select

from connectors.connections import HttpConnection
from connectors.notices import NoticeClient
from pipeline.bench.notice_server import CA, TOKEN
from pipeline.bench.rounds import Answer, Timed
from pipeline.hub import open_hub, set_up
from pipeline.journal.decision_tables import notice_outbox
from pipeline.notices.circuit import Circuit, Pace
from pipeline.notices.outbox import NoticeOrder, owe_notice
from pipeline.notices.retry import declared
from pipeline.notices.sending import Round, due, notice_of, send_pages
from pipeline.places import Root
from vocabulary.clock import JST, Clock

MUNICIPALITY = "472018"
NOW = datetime(2026, 11, 24, 10, tzinfo=JST)
BODIES, PORT = "bodies.jsonl", "port"
_OWED_AT_ONCE = 1000
_UNLIMITED = 1_000_000
_TEXT = "健康診査を次のとおり行います。会場と持ち物は案内のとおりです。ご不明な点は担当課へお問い合わせください。" * 4


def make_outbox(folder: Path, size: int) -> None:
    """A journal that owes so many notices, and the same notices as plain bodies."""
    root = Root(folder / "root")
    set_up(root, Clock(NOW))
    with open_hub(root, MUNICIPALITY, Clock(NOW)) as hub:
        for first in range(0, size, _OWED_AT_ONCE):
            with hub.journal.write() as write:
                for number in range(first, min(first + _OWED_AT_ONCE, size)):
                    order = NoticeOrder("bench", "checkup", f"person {number}", f"{number:015d}", "027", "健康診査のご案内", _TEXT)
                    owe_notice(hub, write, order)
        rows = hub.journal.rows(select(notice_outbox.c.reference, notice_outbox.c.atena).order_by(notice_outbox.c.id))
    with (folder / BODIES).open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(_cells(row.reference, row.atena), ensure_ascii=False) + "\n" for row in rows)


def _cells(reference: str, atena: str) -> dict[str, str]:
    shown = {"displayFrom": NOW.isoformat(), "displayUntil": NOW.isoformat()}
    text = {"kind": "checkup", "subject": "健康診査のご案内", "body": _TEXT}
    return {"reference": reference, "atenabango": atena, "businessCode": "027", **shown, **text}


def prepare_ours(folder: Path) -> Timed:
    """What the step does with what is owed: exclusions, marking, sending, closing, leaves. The rate limit is off, the hub open."""
    # A notice is sent once: every lap has a journal of its own.
    root = Path(mkdtemp(dir=folder)) / "root"
    shutil.copytree(folder / "root", root)
    (folder / "secret").touch(mode=0o600)
    (folder / "secret").write_text("bench", encoding="utf-8")
    connection = HttpConnection("osr", "osr", _url(folder), folder / CA, MUNICIPALITY, folder / "secret")

    stack = ExitStack()
    hub = stack.enter_context(open_hub(Root(root), MUNICIPALITY, Clock(NOW)))

    def run() -> tuple[Answer, int]:
        with stack, NoticeClient(connection) as client:
            schedule = declared()
            work = Round(hub, client, Circuit(hub, "osr", schedule), schedule, Pace(_UNLIMITED), notice_of)
            send_pages(work, due(hub))
        return lambda: _taken(folder), 0

    return run


def prepare_requests(folder: Path) -> Timed:
    """``requests`` with a session that keeps its connection; no journal."""
    import requests

    bodies = list(_bodies(folder))

    def run() -> tuple[Answer, int]:
        with requests.Session() as session:
            # Proxies and bundles of the environment would be asked for at every call.
            session.trust_env = False
            session.verify = str(folder / CA)
            token = session.post(f"{_url(folder)}/login", json={}, timeout=60).json()["token"]
            session.headers["Authorization"] = f"Bearer {token}"
            for body in bodies:
                answer = session.post(f"{_url(folder)}/10111", json=body, timeout=60)
                answer.raise_for_status()
                if answer.json()["result"] != "accepted":
                    raise ValueError(body["reference"])
        return lambda: _taken(folder), 0

    return run


def prepare_floor(folder: Path) -> Timed:
    """Ready-made requests over one kept-open connection, one after the other; answers are read and not looked at."""
    calls = []
    for body in _bodies(folder):
        content = json.dumps(body, ensure_ascii=False).encode()
        head = f"POST /osr/10111 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {len(content)}\r\n\r\n"
        calls.append(head.encode() + content)
    link = http.client.HTTPSConnection("localhost", _port(folder), timeout=60, context=_context(folder))
    link.connect()
    wire = link.sock

    def run() -> tuple[Answer, int]:
        for call in calls:
            wire.sendall(call)
            if not wire.recv(65_536):
                raise ConnectionError
        link.close()
        return lambda: _taken(folder), 0

    return run


def _bodies(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / BODIES).open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)


def _taken(folder: Path) -> str:
    """Digest of the references that the server took since it was last asked."""
    link = http.client.HTTPSConnection("localhost", _port(folder), timeout=60, context=_context(folder))
    try:
        link.request("POST", "/osr/taken", "{}")
        return str(json.loads(link.getresponse().read())["digest"])
    finally:
        link.close()


def _context(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / CA))


def _port(folder: Path) -> int:
    return int((folder / PORT).read_text(encoding="ascii"))


def _url(folder: Path) -> str:
    return f"https://localhost:{_port(folder)}/osr"
