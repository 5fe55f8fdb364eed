"""A delivered town whose municipality file has keys of three people, a bundle of it and a sealed one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from pipeline.journal.intake_tables import applications
from pipeline.places import PROJECT
from tests.pipeline.bundles.orders import ASKER, CHIEF, KEYS, SEALED, order, refused
from tests.pipeline.days import NAHA, copied, rows


@pytest.fixture(scope="session")
def people_with_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a municipality file with keys of three people."""
    folder = tmp_path_factory.mktemp("municipalities")
    declared = yaml.safe_load((PROJECT / "municipalities" / f"{NAHA}.yaml").read_text(encoding="utf-8"))
    for who, (_, public) in KEYS.items():
        declared["staff"][who]["evidence_key"] = public
    (folder / f"{NAHA}.yaml").write_text(yaml.safe_dump(declared, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


@pytest.fixture(scope="module", autouse=True)
def _declared(people_with_keys: Path) -> Iterator[None]:
    """No longer than a module: with several workers the tests of another folder may come between two of this one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_MUNICIPALITIES", str(people_with_keys))
        yield


@pytest.fixture(scope="module")
def root(delivered_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The delivered town; tests of this module add to its log only."""
    return copied(delivered_root, tmp_path_factory.mktemp("bundles") / "root")


@pytest.fixture(scope="module")
def receipt(root: Path) -> str:
    """A delivered application with a spouse and children."""
    ours = select(applications.c.receipt).where(applications.c.procedure == "jidoteate-nintei", applications.c.disposition == "delivered")
    return str(rows(root, ours.order_by(applications.c.id))[0].receipt)


@pytest.fixture(scope="module")
def bundle(root: Path, receipt: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle without values."""
    path = tmp_path_factory.mktemp("bundle") / "bundle.zip"
    made = order(root, receipt, path)
    assert made.exit_code == 0, made.output
    return path


@pytest.fixture(scope="module")
def sealed(root: Path, receipt: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with values, asked for by a clerk and approved by the chief."""
    path = tmp_path_factory.mktemp("sealed") / "sealed.zip"
    assert "依頼しました" in order(root, receipt, path, *SEALED, actor=ASKER).stdout
    assert not path.exists()
    assert "二人目" in refused(order(root, receipt, path, *SEALED, actor=ASKER))
    assert "二人目" in refused(order(root, receipt, path, *SEALED, actor="jidoteate-02"))
    made = order(root, receipt, path, *SEALED, actor=CHIEF)
    assert made.exit_code == 0, made.output
    return path
