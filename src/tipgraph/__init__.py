"""A narrative about trafficking in persons as a knowledge graph that can be trusted and queried.

>>> import tipgraph
>>> graph = tipgraph.load()  # an rdflib.Graph
>>> with tipgraph.open() as store:  # doctest: +SKIP
...     store.query("SELECT ?group WHERE { ?group a tip:VictimGroup }").to_pandas()
>>> tipgraph.validate("mine.ttl")  # doctest: +SKIP
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tipgraph.api import load, open, validate

__all__ = ["__version__", "load", "open", "validate"]

__version__ = version("tipgraph")


def __getattr__(name: str) -> object:
    # Each worker process imports this package: rdflib, pyshacl and owlrl are only for who calls.
    if name in __all__:
        return getattr(import_module("tipgraph.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
