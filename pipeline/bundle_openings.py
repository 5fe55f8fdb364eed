"""Opening the values of an evidence bundle (証拠一式の開封): checked first, written down before anything is shown."""

import hashlib
from pathlib import Path

from sqlalchemy import select

from pipeline.acts import enter_act
from pipeline.bundle_verifier import unpack, verify_bundle
from pipeline.bundles import VALUES
from pipeline.envelopes import new_key, open_as
from pipeline.errors import EvidenceBroken, SettingError
from pipeline.faults import fault_point
from pipeline.hub import Hub
from pipeline.journal.bundle_tables import evidence_bundles, evidence_openings
from pipeline.journal.intake_tables import applications
from pipeline.orders import check_order
from pipeline.private_files import check_new, write_part
from pipeline.staff import member

ACT = "evidence_open"


def make_key(path: Path) -> str:
    """Write a new private key for one person; gives the public one. Raises SettingError."""
    check_new(path)
    private, public = new_key()
    part = write_part(path, f"{private}\n".encode())
    fault_point("evidence_key.before_rename")
    part.rename(path)
    return public


def read_key(path: Path) -> str:
    """A private key, 64 hex digits. Raises SettingError for a file that is none, or that others may read."""
    if path.stat().st_mode & 0o077:
        raise SettingError(f"{path} is open to other users", f"run `chmod 600 {path}` and ask who could read it")
    text = path.read_bytes().decode("ascii", "replace").strip()
    if len(text) != 64 or not all(sign in "0123456789abcdef" for sign in text):
        raise SettingError(f"{path} is no key", "use the file that hub evidence key wrote")
    return text


def open_bundle(hub: Hub, bundle: Path, key: Path, out: Path, *, actor: str, reason: str) -> int:
    """Write the values of a bundle for one of the two people it is sealed for; gives the number of the act.

    Raises SettingError for a bundle without values, not of this hub or not for this person, EvidenceBroken for a changed one.
    """
    check_order(actor, reason)
    member(hub, actor)
    check_new(out)
    verdict = verify_bundle(bundle)
    if not verdict.good:
        raise EvidenceBroken(f"{bundle}: {verdict.sentence}")
    data = bundle.read_bytes()
    sealed = unpack(data).get(VALUES)
    if sealed is None:
        raise SettingError(f"{bundle} carries no values", "its parts are JSON; any ZIP program shows them")
    digest = hashlib.sha256(data).hexdigest()
    joined = select(evidence_bundles, applications.c.receipt).join(applications, applications.c.id == evidence_bundles.c.application)
    known = hub.journal.rows(joined.where(evidence_bundles.c.digest == digest, evidence_bundles.c.municipality == hub.code))
    if not known:
        raise SettingError(f"{bundle} was not made here", "name the root and municipality that made it; the opening is logged there")
    values = open_as(actor, read_key(key), sealed)
    made, at = known[0], hub.clock.now().isoformat()
    with hub.journal.write() as write:
        act = enter_act(hub, write, kind=ACT, actor=actor, reason=reason, application=made.application, subject=f"bundle {made.id}")
        write.insert_row(evidence_openings, {"bundle": made.id, "act": act, "actor": actor, "at": at})
        of = {"bundle": made.id, "application": made.application, "receipt": made.receipt, "purpose": made.purpose}
        write.leaf("evidence_bundle_opened", municipality=hub.code, **of, actor=actor)
    part = write_part(out, values)
    fault_point("bundle_values.before_rename")
    part.rename(out)
    return act
