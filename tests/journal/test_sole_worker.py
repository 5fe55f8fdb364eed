import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import SettingError
from pipeline.journal.database import open_engine, sqlite_url
from pipeline.journal.sole_worker import sole_worker
from pipeline.places import PROJECT

AT_WORK = """
import sys
from pipeline.journal.database import open_engine
from pipeline.journal.sole_worker import sole_worker
with sole_worker(open_engine(sys.argv[1])):
    print("at work", flush=True)
    sys.stdin.readline()
"""


def _worker(url: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", AT_WORK, url]
    return subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_second_process_on_an_embedded_journal_is_told_to_use_postgresql(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "hub.db")
    with _worker(url) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "at work\n"
        with pytest.raises(SettingError, match=r"hub\.db.*HUB_DATABASE"), sole_worker(open_engine(url)):
            pass
        other.communicate("done\n")
    with sole_worker(open_engine(url)):
        pass


def test_a_killed_worker_leaves_no_lock_behind(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "hub.db")
    with _worker(url) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "at work\n"
        other.send_signal(signal.SIGKILL)
        other.wait()
    with sole_worker(open_engine(url)):
        pass


def test_a_root_whose_folder_moved_is_free(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    with sole_worker(open_engine(sqlite_url(tmp_path / "old" / "hub.db"))):
        pass
    (tmp_path / "old").rename(tmp_path / "new")
    with sole_worker(open_engine(sqlite_url(tmp_path / "new" / "hub.db"))):
        pass


def test_any_number_of_workers_share_a_postgresql_journal(tmp_path: Path) -> None:
    engine = open_engine("postgresql+psycopg2://postgres:@/hub?host=/nowhere")
    with sole_worker(engine), sole_worker(engine):
        assert list(tmp_path.iterdir()) == []
