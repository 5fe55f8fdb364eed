"""Collections step (収納データ・入金データの取込み): every file that lies there and is not known yet."""

import logging

from pipeline.hub import Hub
from pipeline.payments.files import take_files

log = logging.getLogger(__name__)


def collections(hub: Hub) -> dict[str, int]:
    """Take in collection data and deposits. Raises PermanentError when a folder cannot be read."""
    counts: dict[str, int] = {}
    setting = hub.municipality.payments
    with hub.journal.alone(f"payments/{hub.code}") as mine:
        if mine and setting is not None:
            taken = take_files(hub, "collections", hub.folder(setting.collections))
            bank = take_files(hub, "deposits", hub.folder(setting.deposits))
            counts = {name: count + bank[name] for name, count in taken.items()}
    log.info("step_ended", extra={"step": "collections", **counts})
    return counts
