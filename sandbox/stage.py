"""One running sandbox: every stand-in of a root put up in this process, on loopback only."""

import json
import os
import secrets
import ssl
import threading
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.connection_files import FOLDER_DESTINATIONS, SFTP_DESTINATIONS, write_connections
from sandbox.control import ControlDesk, SandboxClock
from sandbox.corrections import AskedResidents
from sandbox.faults import FaultDesk, Script, load_script
from sandbox.journals import Entry, Journals
from sandbox.letterbox_server import LetterboxDesk
from sandbox.middle.control_tasks import control_tasks
from sandbox.middle.resident_page import ResidentPage
from sandbox.middle.server import MiddleServer
from sandbox.osr_server import NoticeDesk
from sandbox.own_exchanges import OwnSide
from sandbox.payments import hand_over
from sandbox.portal_listings import Listings
from sandbox.portal_server import Portal
from sandbox.receivers import ReceivingSystems
from sandbox.resident.filing import FilingDesk
from sandbox.resident.letterbox import LetterboxPages
from sandbox.resident.mailbox import Mailbox
from sandbox.resident.notices import NoticeActs
from sandbox.resident.people import People
from sandbox.resident.site import ResidentSite
from sandbox.secret_files import ensure_secret, ensure_ssh_key, write_private
from sandbox.sftp_server import Account, SftpEntrance
from sandbox.tls import ensure_certificates
from sandbox.web import Respond, WebServer
from sandbox.world import MADE, NAHA

_LOOK_SECONDS = 1.0


class Stage:
    """The stand-ins of ``root``. ``earlier``: the record of the process that ran before, whose ports are kept where free."""

    def __init__(self, root: Path, *, now: datetime, script: str, earlier: dict[str, Any]) -> None:
        self._root = root
        self._home = root / "sandbox"
        self._earlier = earlier
        self._stopped = threading.Event()
        self._clock = SandboxClock(now)
        _make_folders(root)
        self._journals = Journals(self._home / "journals")
        self._faults = self._resume(load_script(script))
        self._receivers = ReceivingSystems(root, journals=self._journals, now=self._clock.now)
        self._servers: list[WebServer] = []

    def run(self) -> None:
        """Open everything, write connections and process record, serve until told to stop or until the record is gone."""
        secret = self._home / "secrets"
        tls = ensure_certificates(self._home / "tls")
        town = _municipality(self._home / "town")
        inbox = Portal(town, listings=Listings(self._home / "portal"), journals=self._journals, now=self._clock.text)
        portal = inbox.counter(ensure_secret(secret / "portal"), self._faults)
        self._asked = AskedResidents(self._home, inbox, self._journals)
        mailbox = Mailbox(self._home / "portal" / "notices.jsonl", newest="displayFrom")
        notices = NoticeDesk(town, journals=self._journals, mailbox=mailbox)
        osr = notices.counter(ensure_secret(secret / "osr"), self._faults)
        entrance = SftpEntrance(self._accounts(), journals=self._journals, faults=self._faults)
        sftp_port = _kept_port(self._earlier.get("sftp_port", 0), lambda port: entrance.open(port, self._host_key()))
        behind = MiddleServer(self._root, town, journals=self._journals, now=self._clock.now)
        middle = behind.counter(ensure_secret(secret / "middle"), self._faults, town)
        own = OwnSide(self._home / "own", behind.town, town, self._clock.now)
        own.publish()
        boxes = Mailbox(self._home / "letterbox" / "deliveries.jsonl", newest="deliveredAt")
        self._letterbox = LetterboxDesk(town, journals=self._journals, boxes=boxes, now=self._clock.text)
        letterbox = self._letterbox.counter(ensure_secret(secret / "letterbox"), self._faults)
        control = self._control(entrance, sftp_port, behind, own)
        routes: dict[str, Respond] = {"/api/v1": portal.respond, "/control": control.respond, "/middle": middle.respond}
        routes |= {"/letterbox": letterbox.respond}
        pages = cache(lambda: self._residents(inbox, notices, mailbox, town))
        routes |= {"/middle/resident": ResidentPage(behind).respond, "/resident": lambda asked: pages().respond(asked)}
        portal_port = self._serve("portal_port", tls, routes)
        osr_port = self._serve("osr_port", tls, {"/osr": osr.respond})
        host_key = ensure_ssh_key(secret / "sftp_host_ed25519")
        write_connections(self._root, client_id=town, portal=portal_port, osr=osr_port, sftp=sftp_port, host_key=host_key)
        ports = {"portal_port": portal_port, "osr_port": osr_port, "sftp_port": sftp_port}
        self._record({**ports, "control_token": control.token})
        # A root that was deleted, or taken over by another process, needs this one no more.
        while not self._stopped.wait(_LOOK_SECONDS) and self._is_recorded():
            pass
        for server in self._servers:
            server.shutdown()

    def _residents(self, inbox: Portal, notices: NoticeDesk, mailbox: Mailbox, town: str) -> ResidentSite:
        """The pages of the residents; what they have the receiving systems do is done as the control desk has it done."""
        people = People(self._home)
        acts = NoticeActs(self._home, notices, self._journals, self._clock.now)
        work = {
            "receipts": self._receivers.settle_receipts,
            "results": self._receivers.settle_results,
            "collections": lambda: hand_over(self._home, day=self._clock.now().date()),
        }
        filing = FilingDesk(self._home / "portal", people, town)
        letterbox = LetterboxPages(self._letterbox, self._clock.text)
        return ResidentSite(people, filing, inbox, mailbox, acts, letterbox, self._asked, self._clock, work)

    def _resume(self, script: Script) -> FaultDesk:
        """Go on counting calls where the same script was armed before; otherwise arm it now."""
        since: list[Entry] = []
        armed = ""
        for call in self._journals.calls.before:
            if call["system"] == "control":
                since, armed = [], str(call["key"])
            else:
                since.append(call)
        if armed == script.name:
            return FaultDesk(script, since)
        self._note_script(script)
        return FaultDesk(script)

    def _note_script(self, script: Script) -> None:
        self._journals.calls.append({"system": "control", "operation": "faults", "key": script.name, "status": None, "fault": None})

    def _control(self, entrance: SftpEntrance, sftp_port: int, server: MiddleServer, own: OwnSide) -> ControlDesk:
        def arm(script: Script) -> None:
            changed = script.plays("other_host_key") != self._faults.script.plays("other_host_key")
            self._faults.arm(script)
            self._note_script(script)
            if changed:
                entrance.open(sftp_port, self._host_key())

        receivers = self._receivers
        phases = {"receipts": receivers.settle_receipts, "results": receivers.settle_results, "middle": server.settle, "own": own.publish}
        phases["corrections"] = lambda: self._asked.settle(self._clock.now())
        more = {**control_tasks(server), **self._letterbox.tasks()}
        token = secrets.token_urlsafe(24)
        return ControlDesk(self._root, token, self._clock, arm=arm, stopped=self._stopped, phases=phases, more=more)

    def _host_key(self) -> Path:
        """The host key to show now; a script may ask for one that the hub does not know."""
        name = "sftp_other_ed25519" if self._faults.script.plays("other_host_key") else "sftp_host_ed25519"
        path = self._home / "secrets" / name
        ensure_ssh_key(path)
        return path

    def _accounts(self) -> dict[str, Account]:
        accounts = {}
        for name in SFTP_DESTINATIONS:
            public = ensure_ssh_key(self._home / "secrets" / f"{name}_ed25519")
            home = self._home / "receivers" / name
            accounts[name] = Account(name, public, home / "home", self._root / "delivered" / name, home / "out")
        return accounts

    def _serve(self, port_key: str, tls: ssl.SSLContext, routes: dict[str, Respond]) -> int:
        def open_port(port: int) -> int:
            server = WebServer(port, tls, routes)
            server.run()
            self._servers.append(server)
            return server.port

        return _kept_port(self._earlier.get(port_key, 0), open_port)

    def _is_recorded(self) -> bool:
        try:
            record = json.loads((self._home / "process.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(record["pid"] == os.getpid())

    def _record(self, fields: dict[str, Any]) -> None:
        record = {"pid": os.getpid(), "root": str(self._root), **fields, "started": self._clock.text()}
        write_private(self._home / "process.json", json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n")


def _municipality(town: Path) -> str:
    """The code of the municipality whose town was made here; Naha's where none was."""
    made = town / MADE
    return str(json.loads(made.read_text(encoding="utf-8"))["municipality"]) if made.is_file() else NAHA


def _make_folders(root: Path) -> None:
    given = ("portal", "register", "counter", "cases/jidoteate-std", "documents", "jpki/published/ca", "jpki/published/crl")
    for name in (*given, "secrets", "tls"):
        (root / "sandbox" / name).mkdir(parents=True, exist_ok=True)
    (root / "sandbox" / "secrets").chmod(0o700)
    for name in (*SFTP_DESTINATIONS, *FOLDER_DESTINATIONS):
        (root / "delivered" / name).mkdir(parents=True, exist_ok=True)
        for part in ("out/receipts", "out/results", "home/in", "home/out"):
            (root / "sandbox" / "receivers" / name / part).mkdir(parents=True, exist_ok=True)


def _kept_port(earlier: int, open_port: Callable[[int], int]) -> int:
    """Open the earlier port, or any free one when it is taken."""
    try:
        return open_port(earlier)
    except OSError:
        return open_port(0)
