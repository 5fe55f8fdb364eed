"""What ``hub check --connections`` looks at: keys, journal, every counterpart of a municipality, with a real call where that is cheap."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from connectors.certificates import server_certificate_ends
from connectors.connections import (
    FolderConnection,
    HttpConnection,
    SftpConnection,
    SqlConnection,
    folder_connection,
    http_connection,
    load_connection,
    sql_connection,
)
from connectors.errors import PermanentError
from connectors.intermediate import IntermediateClient
from connectors.jpki import TrustStore
from connectors.ledger_query import read_query
from connectors.letterbox import LetterboxClient
from connectors.notices import NoticeClient
from connectors.portal import PortalClient
from connectors.scanner import declare_gate
from connectors.sftp import SftpTarget
from mappings.catalogue import load_catalogue
from pipeline.cli.checked import Checked
from pipeline.errors import SettingError
from pipeline.keyring import KeyRing
from pipeline.night_settings import LedgerSetting
from pipeline.places import Root, municipalities_folder, specifications_folder
from pipeline.settings import Municipality, ScannerSetting, load_municipality
from vocabulary.clock import Clock
from vocabulary.findings import Refused


def connections_of(root: Root, codes: Sequence[str]) -> Iterator[Checked]:
    """Keys and journal of the root, then the counterparts of these municipalities; a file that does not load is said by its own check."""
    yield Checked("鍵", str(root.folder / "keys"), lambda: f"署名鍵 {KeyRing.open(root.folder).key_id}")
    yield Checked("ジャーナル", "HUB_DATABASE", partial(_journal, root))
    for code in codes:
        try:
            municipality = load_municipality(municipalities_folder(), code)
        except SettingError:
            continue
        for look, name in _counterparts(municipality):
            yield Checked("接続", f"{code} {name}", partial(look, root.folder, name))
        for name, destination in municipality.destinations.items():
            yield Checked("配信先", f"{code} {name}", partial(_destination, root.folder, destination.connection))
        night = [one.connection for one in (municipality.copies, municipality.exchange) if one]
        for connection in dict.fromkeys(night):
            yield Checked("接続", f"{code} {connection}", partial(_middle, root.folder, connection))
        for name, source in municipality.exchange.sources.items() if municipality.exchange else ():
            yield Checked("自団体側の記録", f"{code} {name}", partial(_folder, root.folder, source.connection))
        yield Checked("無害化", f"{code} scanner", partial(_scanner, root.folder, municipality.scanner))
        yield Checked("日々の決まりごと", code, partial(_duties, root, code))
        for name, ledger in municipality.copies.ledgers.items() if municipality.copies else ():
            yield Checked("台帳", f"{code} {name}", partial(_ledger, root.folder, ledger))


Look = Callable[[Path, str], str]


def _counterparts(municipality: Municipality) -> Iterator[tuple[Look, str]]:
    """Connections of the day's work but those of receiving systems: how each is looked at, and its name."""
    yield _portal, municipality.portal.connection
    yield _notices, municipality.notices.connection
    yield _folder, municipality.register_office.connection
    yield _jpki, municipality.jpki.connection
    if municipality.letterbox:
        yield _letterbox, municipality.letterbox.connection
    yield from _exchanged_folders(municipality)


def _exchanged_folders(municipality: Municipality) -> Iterator[tuple[Look, str]]:
    """Folders with files for the hub, each once, then those that it hands files over to."""
    payments, book, registry = municipality.payments, municipality.counter_book, municipality.registry
    read = [book.connection] if book else []
    read += [one.connection for one in municipality.expected.values()]
    read += [one.cases for one in municipality.destinations.values() if one.cases]
    read += [payments.claims, payments.collections, payments.deposits] if payments else []
    yield from ((_folder, name) for name in dict.fromkeys(read))
    written = [*([registry.connection] if registry else []), *([payments.posting] if payments else [])]
    yield from ((_handed_over, name) for name in dict.fromkeys(written))


def _journal(root: Root) -> str:
    from sqlalchemy import func, select
    from sqlalchemy.exc import SQLAlchemyError

    from pipeline.hub import database_url
    from pipeline.journal.database import open_journal
    from pipeline.journal.intake_tables import applications

    place = "HUB_DATABASE" if os.environ.get("HUB_DATABASE") else str(root.database)
    remedy = f"make it with: hub setup --root {root.folder}"
    if place != "HUB_DATABASE" and not root.database.is_file():
        raise SettingError(f"{place} is missing", remedy)
    try:
        journal = open_journal(database_url(root), Clock())
        count = journal.scalar(select(func.count()).select_from(applications))
    except SQLAlchemyError as error:
        raise SettingError(f"{place} cannot be used ({type(error).__name__})", f"correct it, or {remedy}") from None
    journal.close()
    return f"申請 {count}件"


def _duties(root: Root, code: str) -> str:
    """The closes and the morning sheet that should be there by now."""
    from pipeline.daily_duties import missed
    from pipeline.hub import open_for_reading
    from vocabulary.clock import clock_from_environment

    if not (root.database.is_file() or os.environ.get("HUB_DATABASE")):
        return "まだ始まっていません"
    with open_for_reading(root, code, clock_from_environment(), load_catalogue(specifications_folder())) as hub:
        wanting = missed(hub)
    if wanting:
        said = ", ".join(f"{one.kind} {one.day}" for one in wanting)
        raise SettingError(said, "make up for it with hub close --date DAY, or hub run morning")
    return "日締めと朝の点検表はそろっています"


def _portal(root: Path, name: str) -> str:
    connection = http_connection(root, name)
    with PortalClient(connection) as portal:
        return f"ログインできます（一覧 {portal.list_page(1).total}件、{_days_left(connection)}）"


def _notices(root: Path, name: str) -> str:
    connection = http_connection(root, name)
    with NoticeClient(connection) as client:
        client.state("hub-check")
    return f"ログインできます（{_days_left(connection)}）"


def _letterbox(root: Path, name: str) -> str:
    connection = http_connection(root, name)
    with LetterboxClient(connection) as client:
        client.state("hub-check")
    return f"ログインできます（{_days_left(connection)}）"


def _middle(root: Path, name: str) -> str:
    connection = http_connection(root, name)
    server = IntermediateClient(connection)
    try:
        state = server.operating_state().state
    finally:
        server.close()
    return f"ログインできます（稼働状態 {state}、{_days_left(connection)}）"


def _days_left(connection: HttpConnection) -> str:
    """Days that the server's certificate still holds."""
    ends = server_certificate_ends(connection)
    return f"証明書の残り {(ends - Clock().now()).days}日"


def _scanner(root: Path, setting: ScannerSetting) -> str:
    """A gate that is declared takes a harmless file; one that gives no verdict lets every application wait."""
    if setting.kind == "none":
        return "無害化は宣言されていません"
    declared = {key: str(value) for key, value in setting.model_dump().items() if value != ""}
    gate = declare_gate(declared, root=root)
    if setting.kind == "folder":
        return _readable("scanner", root / setting.folder / "in")
    try:
        gate.scan({"hub-check.txt": b"hub-check"})
    except Refused as refused:
        what = f"scanner: {refused.finding.code} for a harmless file"
        raise SettingError(what, "start the scanner, or correct scanner.command of the municipality file") from None
    return "無害化の応答があります"


def _folder(root: Path, name: str) -> str:
    connection = folder_connection(root, name)
    return _readable(name, connection.inbox)


def _handed_over(root: Path, name: str) -> str:
    return _shared(name, folder_connection(root, name))


def _jpki(root: Path, name: str) -> str:
    authorities = TrustStore.load(folder_connection(root, name).inbox).authorities
    lacking = [authority.subject.rfc4514_string() for authority, revocations in authorities if revocations is None]
    if lacking:
        raise SettingError(f"{name}: no revocation list (CRL) of {', '.join(lacking)}", "put the CA's newest list into the folder crl")
    return f"署名用認証局 {len(authorities)}"


def _destination(root: Path, name: str) -> str:
    connection = load_connection(root, name)
    if isinstance(connection, SftpConnection):
        return _sftp(connection)
    if isinstance(connection, FolderConnection):
        return _shared(name, connection)
    kind = "sql" if isinstance(connection, SqlConnection) else connection.kind
    raise PermanentError(name, f"{root / 'connections' / name}.json: key kind is {kind}; a destination needs sftp or folder")


def _ledger(root: Path, setting: LedgerSetting) -> str:
    if setting.kind == "csv":
        return _folder(root, setting.connection)
    next(read_query(sql_connection(root, setting.connection), "SELECT 1", ()))
    return "データベースを読めます"


def _sftp(connection: SftpConnection) -> str:
    target = SftpTarget(connection)
    try:
        target.outbox("receipts")
        target.prove_writable()
    finally:
        target.close()
    return f"SFTPに接続できます（{connection.host}:{connection.port}、ホスト鍵一致、書込みできます）"


def _shared(name: str, connection: FolderConnection) -> str:
    remark = _readable(name, connection.inbox)
    if not os.access(connection.inbox, os.W_OK):
        raise PermanentError(name, f"{connection.inbox}: is not writable; give it to the hub's user or correct key inbox")
    return remark


def _readable(name: str, folder: Path) -> str:
    if not folder.is_dir():
        raise PermanentError(name, f"{folder}: is no folder; make it or mount it, or correct key inbox")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise PermanentError(name, f"{folder}: is not readable; give it to the hub's user or correct key inbox")
    return str(folder)
