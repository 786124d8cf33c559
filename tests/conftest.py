"""Fixtures for all tests: a clean environment, the shipped graph's snapshot, a working copy."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path, PurePath

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.service import MEASURING, PATIENCE
from tests.working_copy import WorkingCopy
from tipgraph.build import build
from tipgraph.inputs import Inputs
from tipgraph.settings import ENVIRONMENT_PREFIX, Settings
from tipgraph.snapshot import Snapshot
from tipgraph.store import EmbeddedStore, open_store

# Coverage is not taken here: it more than doubles the time, and others run through the same code.
_NOT_MEASURED = (
    "browser",
    "reasoning/test_agreement.py",
    "reasoning/test_mutants.py",
    "server/test_every_iri.py",
    "server/test_html.py",
    "server/test_validate_w3c.py",
    "server/test_w3c.py",
    "store/test_compliance.py",
    "store/test_questions_elsewhere.py",
    "store/test_same_answers.py",
    "test_engines_agree.py",
    "test_narratives.py",
    "test_positions.py",
    "test_readme.py",
    "test_selection_agrees.py",
    "test_shacl_suite.py",
)


# What takes longest comes first, so that no process is left with it when the others have ended.
_FIRST = ("browser", "store", "in_store", "server", "reasoning", "test_wheel.py", "test_why.py")


class _ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Keeps the tests of one file in one process; all with a browser; all with the same stores."""

    def _split_scope(self, nodeid: str) -> str:
        path = PurePath(nodeid.partition("::")[0])
        return next((name for name in ("browser", "store") if name in path.parts), str(path))


def pytest_configure(config: pytest.Config) -> None:
    """No test fails because the machine is slow, nor by chance.

    Time is no expectation, and examples are the same in each run; `--hypothesis-profile=search`
    looks for others. Whoever runs the tests may have set tipgraph up for themselves, which does not
    count here.
    """
    search = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("search", search)
    settings.register_profile("tests", search, derandomize=True)
    settings.load_profile(config.getoption("--hypothesis-profile") or "tests")
    # Processes that tests start compile modules once, and not each of them all.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in Settings.model_fields:
        os.environ.pop(ENVIRONMENT_PREFIX + name.upper(), None)
    for name in ("QUERY_TIMEOUT", "QUEUE_SECONDS", "VALIDATION_TIMEOUT", "SERVICE_TIMEOUT"):
        os.environ[ENVIRONMENT_PREFIX + name] = str(PATIENCE)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFile:
    """Choose how tests are dealt out to processes."""
    config.option.loadscopereorder = False
    return _ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave coverage out where it is not taken, and put what takes longest first."""
    for item in items:
        if _path(item).startswith(_NOT_MEASURED):
            item.add_marker(pytest.mark.no_cover)
    items.sort(key=_turn)


def _path(item: pytest.Item) -> str:
    here = Path(__file__).parent
    return item.path.relative_to(here).as_posix() if item.path.is_relative_to(here) else ""


def _turn(item: pytest.Item) -> int:
    first = PurePath(_path(item)).parts[:1]
    return _FIRST.index(first[0]) if first and first[0] in _FIRST else len(_FIRST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Leave coverage out of the processes, too, that such a test starts."""
    with pytest.MonkeyPatch.context() as environment:
        if item.get_closest_marker("no_cover"):
            for name in MEASURING:
                environment.delenv(name, raising=False)
        return (yield)


def pytest_collection_finish() -> None:
    """Leave modules and tests out of collections: looking through them doubles the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def shipped_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of snapshots that holds the shipped graph's, built once for all tests."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # One folder for all processes: they wait for each other's build.
        folder = folder.parent
    build(Inputs(), folder / "snapshots")
    return folder / "snapshots"


@pytest.fixture(scope="session")
def shipped_snapshot(shipped_folder: Path) -> Snapshot:
    """The snapshot of the shipped graph."""
    return build(Inputs(), shipped_folder).snapshot


@pytest.fixture(scope="session")
def shipped_store(shipped_snapshot: Snapshot) -> Iterator[EmbeddedStore]:
    """A store that answers over the shipped graph."""
    with open_store(shipped_snapshot) as store:
        yield store


@pytest.fixture
def rivers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WorkingCopy:
    """A working copy of the project with the small graph of tests/cases/rivers as its own."""
    return WorkingCopy(tmp_path / "project", monkeypatch)
