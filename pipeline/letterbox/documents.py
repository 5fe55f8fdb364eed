"""Documents that go with a notice (送達する文書): sealed in the store, named by the notice, the same bytes whoever sends it how often."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from connectors.letterbox import Document
from pipeline.hub import Hub
from pipeline.inbox_files import Stored
from pipeline.notices.outbox import extras_of

KEY = "documents"


def kept(hub: Hub, place: str, documents: Sequence[Document]) -> Mapping[str, Any]:
    """Keep documents; gives what the notice's extras carry. place: what they belong to, as ``certificate/472018/12``."""
    entries = []
    for one in documents:
        context = f"{place}/{one.name}"
        stored = hub.store.put(one.data, context=context)
        blob = {"digest": stored.digest, "size": stored.size, "path": stored.path}
        entries.append({"name": one.name, "media": one.media, "context": context, **blob})
    return {KEY: entries}


def documents_of(hub: Hub, notice: Row[Any]) -> tuple[Document, ...]:
    """The documents of a notice, empty where it has none. Raises EvidenceBroken when a file is missing or changed."""
    found = []
    for one in extras_of(hub, notice).get(KEY, []):
        stored = Stored(digest=one["digest"], size=one["size"], path=one["path"])
        found.append(Document(one["name"], one["media"], hub.store.get(stored, context=one["context"])))
    return tuple(found)
