"""Documents on paper and visits (受領登録・提出免除): what a clerk received, or need not come any more."""

from sqlalchemy import select, update

from pipeline.act_cases import Case, allowed
from pipeline.acts import enter_act
from pipeline.errors import ActRefused
from pipeline.hub import Hub
from pipeline.journal.intake_tables import documents

STATES = {"receive": "received", "exempt": "exempt"}
WORDS = {"received": "すでに受領しています", "exempt": "提出が免除されています"}


def settle_document(hub: Hub, row: Case, document: str, *, kind: str, actor: str, reason: str) -> int:
    """Enter that a document came or a visit took place (kind receive), or that it need not (exempt); gives the act. Raises ActRefused."""
    allowed(hub, row, actor)
    with hub.journal.write() as write:
        ledger = write.read(select(documents).where(documents.c.application == row.id).with_for_update()).all()
        states = {one.document: one.state for one in ledger}
        if states.get(document) != "owed":
            owed = "、".join(sorted(code for code, state in states.items() if state == "owed")) or "ありません"
            what = WORDS.get(states.get(document, ""), "この申請の提出物台帳にありません")
            raise ActRefused(f"--document {document}: {what}", f"まだ届いていない書類は {owed}")
        same = (documents.c.application == row.id) & (documents.c.document == document)
        write.execute(update(documents).where(same).values(state=STATES[kind]))
        return enter_act(hub, write, kind=kind, actor=actor, reason=reason, application=row.id, subject=document)
