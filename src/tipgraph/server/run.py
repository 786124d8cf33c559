"""Running the service: Granian in this process, with a socket that is known to be free."""

import asyncio
import gc
import json
import logging
import signal
import socket
import sys
from typing import Final

import uvloop
from fastapi import FastAPI
from granian.constants import Interfaces
from granian.server.embed import Server

from tipgraph.errors import ServiceError
from tipgraph.settings import Settings

_RUNTIME_THREADS: Final = 2
_BACKLOG: Final = 2048
_COLLECTION_THRESHOLDS: Final = (20_000, 50, 100)


class JsonFormatter(logging.Formatter):
    """Log records as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        members = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        for name in ("request", "detail", "query"):
            if hasattr(record, name):
                members[name] = getattr(record, name)
        if record.exc_info:
            members["exception"] = self.formatException(record.exc_info)
        return json.dumps(members, ensure_ascii=False)


def run(app: FastAPI, settings: Settings) -> None:
    """Serve an application until a signal ends it, then finish what is under way.

    Raises:
        ServiceError: The address cannot be listened on.
    """
    check_address(settings.host, settings.port)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("tipgraph")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    _collect_garbage_rarely()
    uvloop.run(_serve(app, settings))


def _collect_garbage_rarely() -> None:
    """Leave what is there for good out of collections.

    With all modules and the kept answers looked through each time, collections held up one request
    in a hundred for some 150 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTION_THRESHOLDS)


async def _serve(app: FastAPI, settings: Settings) -> None:
    server = Server(
        app,
        settings.host,
        settings.port,
        interface=Interfaces.ASGI,
        runtime_threads=_RUNTIME_THREADS,
        backlog=_BACKLOG,
        backpressure=_BACKLOG,
        websockets=False,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    logging.getLogger("tipgraph").info("serving on http://%s:%d", settings.host, settings.port)
    await server.serve()


def check_address(host: str, port: int) -> None:
    """Make sure that an address can be listened on.

    Raises:
        ServiceError: It cannot; says why.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise ServiceError(f"cannot listen on {host}:{port}: {error.strerror}") from error
