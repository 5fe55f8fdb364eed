"""What holds for every test: a database server for those that ask for one; under CI, which installs everything, no test is skipped."""

import os

import pytest

pytest_plugins = ["tests.postgres"]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a green run in which a test was skipped, when ``CI`` is set. Runs on the controlling process, after all workers."""
    if not os.environ.get("CI") or hasattr(session.config, "workerinput"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line(f"{len(reporter.stats['skipped'])} skipped: under CI every test runs", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
