"""The folder of snapshots: one build at a time, room for it, and what killed builds left there."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tipgraph.errors import CacheError, InputError

PARTIAL: Final = ".partial"
_LOCK: Final = ".lock"
_DIGESTS: Final = "digests.json"
# Nanoseconds: a file that was changed just before it was read may be changed again unnoticed.
_SETTLED: Final = 2_000_000_000


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Make the folder and say plainly when it, or something in it, cannot be written.

    Raises:
        CacheError: It cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise CacheError(
            f"snapshots cannot be written to {folder}: {error.strerror or error}; "
            "choose another folder with TIPGRAPH_SNAPSHOT_DIR"
        ) from error


@contextmanager
def locked(path: Path, announce: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a snapshot for as long as a build takes; another's build is waited for.

    Args:
        path: The snapshot's folder, which need not be there yet.
        announce: Is told of the wait.
    """
    with path.with_name(path.name + _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce("wait for another build")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def clear_leftovers(folder: Path) -> None:
    """Remove what builds left that were killed; a build that is under way holds its lock."""
    for partial in folder.glob(f"*{PARTIAL}"):
        with partial.with_suffix(_LOCK).open("w") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(partial)


def remove(folder: Path) -> None:
    """Remove a folder, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)


def publish(partial: Path, path: Path) -> None:
    """Give a finished folder its name, which after a power cut too only a whole one has.

    Args:
        partial: The folder, beside its place.
        path: Its place; what is there is removed.
    """
    for folder, _, files in os.walk(partial, topdown=False):
        for name in (*files, "."):
            _write_through(Path(folder, name))
    remove(path)
    partial.rename(path)
    _write_through(path.parent)


def _write_through(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        # Some file systems have no such call for folders.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(opened)


def check_room(folder: Path, needed: int) -> None:
    """Refuse a build for which there is no room.

    Args:
        folder: Where it would be written; it must exist.
        needed: How many bytes it needs.

    Raises:
        CacheError: There are fewer.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CacheError(
            f"the snapshot needs about {needed / 1e6:,.0f} MB while it is built, and "
            f"{free / 1e6:,.0f} MB are free in {folder}: make room, or choose another folder with "
            "TIPGRAPH_SNAPSHOT_DIR"
        )


def used(folder: Path) -> int:
    """How many bytes the files in a folder have."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def state_of(file: Path) -> list[int]:
    """What tells that a file was changed: its size, its inode and the time of its last change.

    Raises:
        InputError: There is none, or it is a pipe or a device, which cannot be read twice.
    """
    try:
        found = file.stat()
    except OSError as error:
        raise InputError.of_file(file, error) from error
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise InputError(f"{file}: a pipe or a device, and files are read more than once")
    return [found.st_size, found.st_ino, found.st_mtime_ns]


class FileDigests:
    """SHA-256 of files, remembered in the folder for as long as they are not changed.

    Big files take longer to read than a service to start. As in a build tool, a file is the same
    if its size, its inode and the time of its last change are.

    Args:
        folder: The folder of snapshots; where it cannot be written, nothing is remembered.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _DIGESTS
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = {}
        self._known: dict[str, list[object]] = known if isinstance(known, dict) else {}
        self._changed = False

    def digest(self, file: Path) -> str:
        """The digest (hex) of a file's bytes.

        Raises:
            InputError: It cannot be read.
        """
        state = state_of(file)
        try:
            with file.open("rb") as content:
                name = str(file.resolve())
                match self._known.get(name):
                    case [*before, str(digest)] if before == state:
                        return digest
                digest = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            raise InputError.of_file(file, error) from error
        if time.time_ns() - state[-1] > _SETTLED:
            self._known[name] = [*state, digest]
            self._changed = True
        return digest

    def remember(self) -> None:
        """Write down what was found; what cannot be written is found again."""
        if not self._changed:
            return
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_suffix(".new")
            beside.write_text(json.dumps(self._known, indent=1), encoding="utf-8")
            beside.replace(self._path)
