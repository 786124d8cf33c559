"""The bulk load of a build, as a program: `python -m benchmarks.bulk FILE STORE`."""

import sys
from pathlib import Path

from pyoxigraph import Store

from tipgraph.bulk import load_files


def main() -> None:
    """Load a file into a new store."""
    data, folder = map(Path, sys.argv[1:])
    store = Store(folder)
    load_files(store, (data,))
    store.flush()


if __name__ == "__main__":
    main()
