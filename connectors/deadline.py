"""A total time for each call on a kept connection.

A time-out of the socket starts anew with each byte that a slow server sends. One thread for each session, because one for each call would
cost as much as the call.
"""

import contextlib
import socket
import threading
import time

_CHECKS = 10


class Deadline:
    """Hangs up the connection whose call takes longer than ``seconds``, at most a tenth later."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._due: float | None = None
        self._socket: socket.socket | None = None
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> None:
        """A call begins."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()
        self.passed = False
        self._due = time.monotonic() + self.seconds

    def __exit__(self, *_: object) -> None:
        """The call is over."""
        self._due = None

    def watch(self, connected: socket.socket) -> None:
        """From now on calls go over this connection."""
        self._socket = connected

    def close(self) -> None:
        """Stop watching."""
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(self.seconds / _CHECKS):
            due = self._due
            if due is not None and time.monotonic() > due:
                self.passed = True
                self._hang_up()

    def _hang_up(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # The plain socket's shutdown: that of TLS would take the session away from the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
