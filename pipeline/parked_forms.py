"""Drafts for parked groups (保留した様式の版の下書き): what is different in a version that nobody declared, for an official to look at."""

import json
import logging
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree
from sqlalchemy import Row, select

from connectors.xml_door import parse_xml
from mappings.procedure import Procedure
from pipeline.errors import EvidenceBroken
from pipeline.faults import fault_point
from pipeline.form_changes import as_data, change_of, declared_form, newest, observed_form, words
from pipeline.hub import Hub
from pipeline.journal.intake_tables import applications, findings
from pipeline.packages import package_of
from vocabulary.findings import Refused

log = logging.getLogger(__name__)

CODE = "FORM_VERSION_UNKNOWN"
MOST_FORMS = 50
MOST_ELEMENTS = 1000
"""Larger forms than anybody fills in are left out, so that one of them cannot keep the others waiting."""


def drafts_of(form: str, version: str) -> str:
    """Folder of the drafts for a form version, below the root. One level: a version may be made of dots."""
    return f"drafts/{form}-{version}"


def draft_parked(hub: Hub) -> int:
    """Write difference and drafts for every parked group that has none yet, or that grew. Returns for how many."""
    held = (applications.c.municipality == hub.code) & (applications.c.reason == CODE) & (applications.c.stage == "stored")
    parked = select(applications, findings.c.place).join(findings, findings.c.application == applications.c.id)
    groups: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in hub.journal.rows(parked.where(held, findings.c.code == CODE).order_by(applications.c.id)):
        groups.setdefault((row.procedure, row.place.partition("/")[2]), []).append(row)
    return sum(_draft_safely(hub, hub.procedure(name), version, rows) for (name, version), rows in groups.items())


def _draft_safely(hub: Hub, procedure: Procedure, version: str, rows: list[Row[Any]]) -> bool:
    try:
        return _draft(hub, procedure, version, rows)
    except Exception as error:  # noqa: BLE001  a draft is a service; forms that nobody foresaw must not stop the step
        log.error("form_not_drafted", extra={"form": procedure.form_id, "version": version, "error": type(error).__name__})  # noqa: TRY400  a traceback could carry a value
        return False


def _draft(hub: Hub, procedure: Procedure, version: str, rows: list[Row[Any]]) -> bool:
    folder = hub.root.folder / drafts_of(procedure.form_id, version)
    noted = folder / "difference.json"
    facts: dict[str, Any] = {"procedure": procedure.id, "version": version, "applications": len(rows)}
    if noted.is_file() and facts.items() <= json.loads(noted.read_text(encoding="utf-8")).items():
        return False
    contents = list(islice(_contents(hub, rows), MOST_FORMS))
    if not contents:
        return False
    known, _ = newest(procedure)
    change = change_of(hub.catalogue, procedure, declared_form(procedure, known), observed_form(version, contents))
    data = json.dumps({**facts, "compared_with": known, **as_data(change)}, ensure_ascii=False, indent=2)
    files = {
        f"form.{version}.xsd": change.schema,
        f"mapping.{version}.yaml": change.mapping,
        "difference.txt": "\n".join([*_what_to_do(procedure, known, version), *words(change), ""]),
        # Written last: while it is absent, a run that was killed writes all of them again.
        noted.name: f"{data}\n",
    }
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in files.items():
        part = folder / f".{name}.part"
        part.write_text(text, encoding="utf-8")
        fault_point("draft.written")
        part.replace(folder / name)
    log.warning("form_version_drafted", extra={"form": procedure.form_id, "version": version, "applications": len(rows)})
    return True


def _contents(hub: Hub, rows: list[Row[Any]]) -> Iterator[etree._Element]:
    """The forms that can be read, of a usual size."""
    for row in rows:
        try:
            content = parse_xml(package_of(hub, row).application)[0]
        except (Refused, EvidenceBroken, IndexError):
            continue
        if sum(1 for _ in islice(content.iter(), MOST_ELEMENTS + 1)) <= MOST_ELEMENTS:
            yield content


def _what_to_do(procedure: Procedure, known: str, version: str) -> Iterator[str]:
    yield f"{procedure.title}（{procedure.form_id}）の{version}版は登録されていません。"
    yield f"{known}版との違いと下書きです（申請の値は含みません）。"
    yield f"1. 下の違いを担当課に確かめる。2. 下書きの2ファイルを直し、mappings/procedures/{procedure.id}/ に置く。"
    yield "3. procedure.yaml の versions に次の行を足す（日付は担当課に確かめる）。"
    spans = "valid_from: YYYY-MM-DD, valid_until: 9999-12-31"
    yield f"   - {{form: {version}, schema: form.{version}.xsd, mapping: mapping.{version}.yaml, {spans}}}"
    yield f"4. hub check {procedure.id} が通れば、保留していた申請は次の実行で自動的に続きます。"
    yield ""
