"""Running the service: Uvicorn in this process, on an address that is known to be free."""

import gc
import json
import logging
import signal
import socket
import sys
from functools import partial
from typing import Final

import uvloop
from uvicorn import Config, Server

from tipgraph.errors import ServiceError
from tipgraph.server.app import TipgraphApp
from tipgraph.server.connection import Connection
from tipgraph.settings import Settings

_BACKLOG: Final = 2048
# Seconds. Proxies keep connections for 60, and should be those that close them; validations, the
# longest of what is under way, may run for 60.
_KEEP_ALIVE: Final = 75
_GRACE: Final = 70
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


def run(app: TipgraphApp, settings: Settings) -> None:
    """Serve an application until a signal ends it, then finish what is under way.

    Raises:
        ServiceError: The address cannot be listened on.
    """
    check_address(settings.host, settings.port)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    levels = {"tipgraph": logging.INFO, "uvicorn": logging.ERROR, "python_multipart": logging.ERROR}
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
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


async def _serve(app: TipgraphApp, settings: Settings) -> None:
    connection = partial(Connection, service=app.service, head_seconds=settings.head_seconds)
    server = Server(
        Config(
            app,
            settings.host,
            settings.port,
            http=connection,  # type: ignore[arg-type]
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=_BACKLOG,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=_GRACE,
        )
    )
    async with app.router.lifespan_context(app):
        logging.getLogger("tipgraph").info("serving on http://%s:%d", settings.host, settings.port)
        for number in (signal.SIGINT, signal.SIGTERM):
            # Uvicorn stops on them, and raises them again once it has: that is not a failure here.
            # Until it serves, they end the process as they do any other.
            signal.signal(number, _go_on)
        await server.serve()


def _go_on(*_: object) -> None:
    """Do nothing about a signal."""


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
