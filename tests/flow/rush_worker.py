"""A worker of the rush: ``python -m tests.flow.rush_worker ROOT CODE``.

It says when it is ready, starts on a line of input, works until it is quiet, and says what it moved: step → count, as JSON.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from pipeline.flow import FLOWS, step_function
from pipeline.hub import open_hub
from pipeline.places import Root
from vocabulary.clock import clock_from_environment


def main(folder: str, code: str) -> None:
    functions = {step: step_function(step) for step in FLOWS["intake"]}
    _say("ready")
    sys.stdin.readline()
    done: Counter[str] = Counter()
    moved = True
    while moved:
        with open_hub(Root(Path(folder)), code, clock_from_environment()) as hub:
            this_pass = Counter({step: _moved(function(hub)) for step, function in functions.items()})
        moved = this_pass.total() > 0
        done += this_pass
    _say(json.dumps(done))


def _moved(counts: dict[str, int]) -> int:
    """What a step has moved; what waits is judged again in every pass."""
    return sum(count for name, count in counts.items() if name not in {"waiting", "postponed"})


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
