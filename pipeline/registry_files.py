"""Hand-over to the document-management system (文書管理システムへの引継ぎ): a CSV a day of what was received, each application once.

Which columns such a system wants is its vendor's; the ones here are those that 収受 has in every office (assumption, docs/assumptions.md).
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from connectors.connections import folder_connection
from connectors.folder import FolderTarget
from pipeline.case_numbers import case_number, filing_number
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.database import Write
from pipeline.journal.intake_tables import applications
from pipeline.journal.registry_tables import registry_files, registry_rows
from pipeline.settings import RegistrySetting

COLUMNS = ("収受番号", "案件番号", "収受日", "到達日時", "件名", "担当課", "文書分類", "保存年限", "受付番号")


def unregistered(hub: Hub) -> list[Row[Any]]:
    """Applications that no hand-over has carried yet, in the order of their 収受番号."""
    ours = applications.c.municipality == hub.code
    missing = select(applications).where(ours, applications.c.id.not_in(select(registry_rows.c.application)))
    order = (applications.c.section, applications.c.filing_year, applications.c.filing_number)
    return hub.journal.rows(missing.order_by(*order))


def received_today(hub: Hub) -> list[Row[Any]]:
    """What was received today: the work of a municipality that hands nothing over."""
    today = (applications.c.municipality == hub.code) & (applications.c.filed_on == hub.clock.today().isoformat())
    return hub.journal.rows(select(applications).where(today))


def register(hub: Hub, setting: RegistrySetting, rows: Sequence[Row[Any]]) -> str:
    """Enter the rows as the next hand-over of today and return its name. Rows that came after it go into one of their own."""
    content = csv_of(hub, setting, rows)
    day = hub.clock.today()
    with hub.journal.write() as write:
        number = write.next_number(f"registry/{hub.code}/{day}")
        made = {
            "municipality": hub.code,
            "day": day.isoformat(),
            "number": number,
            "name": f"shuju_{hub.code}_{day:%Y%m%d}_{number:02d}.csv",
            "digest": hashlib.sha256(content).hexdigest(),
            "rows": len(rows),
            "content": content,
            "state": "made",
            "made_at": hub.clock.now().isoformat(),
        }
        file = write.insert_row(registry_files, made)
        write.insert_many(registry_rows, [{"application": row.id, "file": file} for row in rows])
        write.leaf("registry_file_made", name=str(made["name"]), digest=str(made["digest"]), rows=len(rows))
    return str(made["name"])


def csv_of(hub: Hub, setting: RegistrySetting, rows: Sequence[Row[Any]]) -> bytes:
    """The rows as CSV with heading and CRLF. A case that names a protected person is in it as any other: no column tells who it is."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        procedure = hub.procedure(row.procedure)
        writer.writerow(
            (
                filing_number(row),
                case_number(hub, row),
                row.filed_on,
                datetime.fromisoformat(row.arrived_at).isoformat(timespec="minutes"),
                procedure.title,
                hub.municipality.sections[row.section].name,
                setting.classes[row.section],
                f"{procedure.retention_years}年",
                row.receipt,
            )
        )
    return text.getvalue().encode(setting.encoding)


def hand_over(hub: Hub, setting: RegistrySetting) -> int:
    """Put every hand-over that was made and is not there yet into the system's folder; a killed run is made up for by the next.

    Raises TransientError or PermanentError of the folder; what is there by then stays known.
    """
    made = select(registry_files).where(registry_files.c.municipality == hub.code, registry_files.c.state == "made")
    target = FolderTarget(folder_connection(hub.root.folder, setting.connection), reached=fault_point)
    delivered = 0
    for file in hub.journal.rows(made.order_by(registry_files.c.id)):
        target.deliver(file.name, bytes(file.content))
        with hub.journal.write() as write:
            delivered += _mark_delivered(hub, write, file)
    return delivered


def _mark_delivered(hub: Hub, write: Write, file: Row[Any]) -> int:
    of_file = (registry_files.c.id == file.id) & (registry_files.c.state == "made")
    changed = write.execute(update(registry_files).where(of_file).values(state="delivered", delivered_at=hub.clock.now().isoformat()))
    if changed.rowcount:
        write.leaf("registry_file_delivered", name=file.name, digest=file.digest)
    return int(changed.rowcount)
