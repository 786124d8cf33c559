"""A narrative about trafficking in persons as a knowledge graph that can be trusted and queried."""

from importlib.metadata import version

__version__ = version("tipgraph")

__all__ = ["__version__"]
