"""The HTTP face: `create_app` makes the application, `run` serves it."""

from tipgraph.server.app import create_app
from tipgraph.server.run import run

__all__ = ["create_app", "run"]
