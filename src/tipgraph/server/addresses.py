"""Where clients reach the service: the address in documents that tell them where to go."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode, urlsplit

from tipgraph.server.exchange import Exchange, Scope
from tipgraph.settings import Settings

_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")


def service_address(exchange: Exchange, settings: Settings) -> str:
    """The address of the service's home page: the configured one, or the one the client used.

    Returns:
        An absolute URL that ends with a slash.
    """
    if settings.public_url is not None:
        return settings.public_url.rstrip("/") + "/"
    host = exchange.host.decode("latin-1")
    return f"http://{host if _HOST.fullmatch(host) else f'localhost:{settings.port}'}/"


def local_root(settings: Settings) -> str:
    """The path of the home page, which is not `/` behind a proxy that adds a prefix.

    Returns:
        A path that begins and ends with a slash.
    """
    return urlsplit(settings.public_url or "").path.rstrip("/") + "/"


def web_address(iri: str) -> str:
    """An IRI where it is an address that may be linked to, else nothing: some would run scripts."""
    return iri if iri.startswith(("http://", "https://")) else ""


def with_parameters(path: str, parameters: Sequence[tuple[str, str]]) -> str:
    """A path with a query that holds some parameters, or the path alone if there are none."""
    return f"{path}?{urlencode(parameters)}" if parameters else path


def below(scope: Scope, prefix: str) -> Scope:
    """A request without the prefix that its path begins with."""
    raw_path = scope.get("raw_path") or b""
    return {
        **scope,
        "path": scope["path"].removeprefix(prefix),
        "raw_path": raw_path.removeprefix(prefix.encode()),
    }
