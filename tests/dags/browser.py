"""A headless Chromium for tests, steered over its debugging port: open a page, read it, fill in, press, photograph."""

import base64
import http.client
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium")
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--ignore-certificate-errors", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-size=1000,1400", "--remote-debugging-port=0", "about:blank",
)  # fmt: skip
_SECONDS = 30.0


class Page:
    """The one page of a browser."""

    def __init__(self, link: ClientConnection) -> None:
        self._link = link
        self._sent = 0
        self.ask("Page.enable")

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """A command of the debugging protocol and its answer."""
        self._sent += 1
        self._link.send(json.dumps({"id": self._sent, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._link.recv(timeout=_SECONDS))
            if told.get("id") == self._sent:
                assert "error" not in told, told
                return dict(told["result"])

    def run(self, script: str) -> Any:
        """The value of a script on the page, or what it promises."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def open(self, address: str) -> None:
        """Go to an address and wait for it."""
        self.ask("Page.navigate", url=address)
        self._arrive(f"location.href === {json.dumps(address)}")

    def press(self, words: str) -> None:
        """Focus the first link or button with these words, press Enter on the keyboard, and wait for the page behind it."""
        found = "[...document.querySelectorAll('a,button')].find(one => one.textContent.includes(" + json.dumps(words) + "))"
        self.run(f"window.earlier = true; ({found}).focus()")
        for sort in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=sort, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
        self._arrive("window.earlier === undefined")

    def fill(self, label: str, text: str) -> None:
        """Write into the first field of a label."""
        named = f"[...document.querySelectorAll('label')].find(one => one.textContent === {json.dumps(label)})"
        self.run(f"document.getElementById(({named}).htmlFor).value = {json.dumps(text)}")

    @property
    def text(self) -> str:
        """What a reader sees."""
        return str(self.run("document.body.innerText"))

    def photograph(self, file: Path) -> None:
        """The whole page as a picture."""
        picture = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(picture["data"]))

    def _arrive(self, condition: str) -> None:
        deadline = time.monotonic() + _SECONDS
        while not self.run(f"document.readyState === 'complete' && {condition}"):
            assert time.monotonic() < deadline, f"the page did not come: {condition}"
            threading.Event().wait(0.05)


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A browser of its own, with its profile in ``folder``."""
    command = [str(CHROMIUM), *_QUIET[:-1], f"--user-data-dir={folder}", _QUIET[-1]]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with connect(_page_address(folder / "DevToolsActivePort"), max_size=None, proxy=None) as link:
            yield Page(link)
    finally:
        child.terminate()
        child.wait(timeout=_SECONDS)


def _page_address(note: Path) -> str:
    deadline = time.monotonic() + _SECONDS
    while not (note.is_file() and note.read_text(encoding="ascii").count("\n")):
        assert time.monotonic() < deadline, "the browser did not come up"
        threading.Event().wait(0.05)
    port = int(note.read_text(encoding="ascii").split("\n")[0])
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    link.request("GET", "/json/list")
    pages: list[dict[str, str]] = json.loads(link.getresponse().read())
    link.close()
    return next(one["webSocketDebuggerUrl"] for one in pages if one["type"] == "page")
