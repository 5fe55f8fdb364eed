"""A delta applied (差分の反映) onto the state before it: two sorted streams become one."""

from collections.abc import Callable, Iterator

from connectors.ledgers import REMOVED
from pipeline.sync.extract_rows import change_of

Key = Callable[[bytes], bytes]


def apply_delta(base: Iterator[bytes], delta: Iterator[bytes], *, key: Key) -> Iterator[bytes]:
    """The base with the delta's records in place of its own; both rise by key, each key once.

    A record that is new is added, one that is there already is replaced, one that goes may be gone already: a delta that is taken in
    twice changes nothing the second time.
    """
    line = next(base, None)
    for entry in delta:
        wanted = key(entry)
        while line is not None and key(line) < wanted:
            yield line
            line = next(base, None)
        if line is not None and key(line) == wanted:
            line = next(base, None)
        changed, change = change_of(entry)
        if change != REMOVED:
            yield changed
    if line is not None:
        yield line
        yield from base
