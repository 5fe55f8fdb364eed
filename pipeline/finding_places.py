"""Places of findings in official Japanese (指摘の対象): a step names a role, item or member by its code, a clerk reads its title."""

import re
from collections.abc import Callable
from typing import Final

from mappings.catalogue import Catalogue
from mappings.procedure import Procedure
from pipeline.hub import Hub
from pipeline.pages.words import STAGES

PLACES: Final = {
    "package": "申請データ",
    "end record": "申請データ",
    "start of file": "申請データ",
    "all members": "申請データ",
    "manifest": "目録",
    "manifest.xml": "目録",
    "application.xml": "申請書データ",
    "document": "申請書データ",
    "declaration": "申請書データ",
    "canonical form": "申請書データ",
    "content": "申請内容",
    "records": "申請内容",
    "form.pdf": "申請書PDF",
    "attachments": "添付ファイル",
    "signature": "電子署名",
    "certificate": "証明書",
    "X509Certificate": "証明書",
    "card": "カード",
    "persons": "関係者",
    "receiving": "受付期間",
}
"""Places that are the same in every procedure."""

PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"member (\d+)"), lambda found: f"申請データの{found[1]}番目のファイル"),
    (re.compile(r"correction (\d+)"), lambda found: f"補正（{found[1]}回目）"),
    (re.compile(r"receipt (\S+)"), lambda found: f"受付番号 {found[1]}"),
    (re.compile(r"attachments/(\d+)\..*"), lambda found: f"添付ファイル{found[1]}"),
    (re.compile(r"line (\d+)"), lambda found: f"申請書データの{found[1]}行目"),
    (re.compile(r"(.*[^ -~].*) line (\d+)"), lambda found: f"{found[1]}（{found[2]}行目）"),
    (re.compile(r"manifest\.xml: (.+)"), lambda found: f"目録の{found[1]}"),
    (re.compile(r"(F\d+)/(\S+)"), lambda found: f"様式{found[1]}の{found[2]}版"),
    (re.compile(r"(U\+[0-9A-F]{4,6})"), lambda found: f"文字{found[1]}"),
    (re.compile(r"[\w-]+@[0-9a-f]+"), lambda _found: "検査表"),
    (re.compile(r"CN=.*"), lambda _found: "失効情報"),
)
ATTACHMENT: Final = re.compile(r"attachments/\d+\.\w+")
ITEM: Final = re.compile(r"(?:[\w-]+: )?(?:(?P<group>\w+)(?:\[(?P<row>\d+)\])?\.)?(?P<item>[a-z]\w*)(?:\[(?P<place>\d+)\])?")
ROLE: Final = re.compile(r"([a-z_]+?)(\d*)")


def place_in_japanese(hub: Hub, procedure: Procedure, place: str) -> str:
    """The place as a clerk reads it; one that nobody named is shown as it is rather than not at all."""
    file, parted, inside = place.partition(": ")
    if parted and ATTACHMENT.fullmatch(file):
        return f"{place_in_japanese(hub, procedure, file)}の{place_in_japanese(hub, procedure, inside)}"
    known = PLACES.get(place) or STAGES.get(place) or _role(procedure, place) or _item(hub, procedure, place) or _document(procedure, place)
    if known:
        return known
    if place in hub.municipality.destinations:
        return hub.destination(place).name
    matches = ((pattern.fullmatch(place), say) for pattern, say in PATTERNS)
    return next((say(found) for found, say in matches if found), place)


def role_title(procedure: Procedure, role: str, ordinal: int) -> str:
    """Title of a person's role, numbered where several may have it: 児童2."""
    declared = procedure.role(role)
    return f"{declared.title}{ordinal}" if declared.repeated else declared.title


def _role(procedure: Procedure, place: str) -> str:
    found = ROLE.fullmatch(place)
    if found is None or found[1] not in {role.role for role in procedure.roles}:
        return ""
    return role_title(procedure, found[1], int(found[2] or 1))


def _document(procedure: Procedure, place: str) -> str:
    return next((document.title for document in procedure.documents if document.code == place), "")


def _item(hub: Hub, procedure: Procedure, place: str) -> str:
    """``jidoteate-host: ninteiseikyu_jido[2].shimei`` or ``shimei[2]``; only the groups beside the first have several rows."""
    found = ITEM.fullmatch(place)
    if found is None:
        return ""
    groups = hub.catalogue.groups_of(procedure)
    declared = hub.catalogue.items[procedure.business]
    for group in [found["group"]] if found["group"] in groups else groups:
        if found["item"] in declared[group]:
            element = element_of(hub.catalogue, procedure, group)
            whose = "" if group == groups[0] else f"{element}{found['row'] or found['place'] or ''}の"
            return whose + declared[group][found["item"]].title
    return ""


def element_of(catalogue: Catalogue, procedure: Procedure, group: str) -> str:
    """What makes a record of the group: the element of the form (児童), or the attached document (就労証明書)."""
    records = [record for mapping in reversed(procedure.mappings) for record in mapping.records]
    documents = [document.title for document in catalogue.documents_of(procedure).values() if group in document.groups]
    return next((record.at.rsplit("/")[-1] for record in records if record.group == group), "") or documents[0]
