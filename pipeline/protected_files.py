"""Files of protected folders (保護フォルダーのファイル): for the hub's own user only, each there whole or as it was before."""

import os
from pathlib import Path

from pipeline.faults import fault_point


def replace_file(target: Path, data: bytes) -> None:
    """Write a file of mode 0600, in a folder of mode 0700 that is made where it is missing; a reader sees the earlier or the new one."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    # What a killed run left may be there with other rights.
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fault_point("protected_file.drafted")
    draft.replace(target)
