"""Starts a worker, as a script: without what the packages around it import.

That takes far longer than what the worker needs.
"""

import sys
import types
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Serve the socket whose file descriptor is the last argument; see `worker.main`."""
    store = Path(__file__).parent
    for name, path in (("tipgraph", store.parent), ("tipgraph.store", store)):
        package = sys.modules[name] = types.ModuleType(name)
        package.__path__ = [str(path)]
    import_module("tipgraph.store.worker").main()


if __name__ == "__main__":
    main()
