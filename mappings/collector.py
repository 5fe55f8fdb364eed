"""Work on a batch without the search for cycles (循環参照の探索の停止)."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """A batch makes many objects and no cycle among them; every search for cycles would walk through all of its columns in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                # Frozen and thawed, the new objects count as old, so that the next search does not begin with them.
                gc.freeze()
                gc.unfreeze()
            gc.enable()
