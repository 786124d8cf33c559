"""The scripts of tests/clients and what they need, installed beside them as the lock file says."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

CLIENTS: Final = Path(__file__).parent / "clients"


def install_clients(*packages: str) -> Path:
    """Make sure that the scripts can run, and return their folder.

    Skips the test when Node or its packages cannot be had, unless CI asks for them.

    Args:
        packages: What has to be installed.
    """
    required = os.environ.get("CI") == "true"
    npm = shutil.which("npm")
    if npm is None and not required:
        pytest.skip("this needs Node, which is not here")
    assert npm is not None, "this needs Node"
    with (CLIENTS / "package-lock.json").open("rb") as lock:
        # Tests run in several processes: one installs, and the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if all((CLIENTS / "node_modules" / name).is_dir() for name in packages):
            return CLIENTS
        installed = subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund"], cwd=CLIENTS, capture_output=True, check=False
        )
    if installed.returncode and not required:
        pytest.skip("the clients cannot be installed from here")
    assert installed.returncode == 0, installed.stderr.decode()
    return CLIENTS
