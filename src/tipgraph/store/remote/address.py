"""Where the endpoint is, how it is called, and by which certificates it is known."""

import base64
import ssl
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from tipgraph.errors import UsageError
from tipgraph.settings import Settings

_SCHEMES: Final = ("http", "https")
# The endings of addresses for writing, and of those for queries in their place.
_SIBLINGS: Final = (
    ("/update", "/query"),
    ("/store", "/query"),
    ("/data", "/query"),
    ("/statements", ""),
    ("/rdf-graphs/service", ""),
    ("/sparql-graph-crud", "/sparql"),
    ("/sparql-graph-crud-auth", "/sparql"),
    ("/sparql-auth", "/sparql"),
    ("/sparql/gsp/", "/sparql"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """An endpoint, with what it takes to call it.

    Args:
        url: Its address, without any secret.
        credentials: The value of an Authorization field; empty when there is none. Never shown.
        tls: Checks its certificate; None where it has none.
        user: Who calls it, by name and password; None for somebody else.
        password: That user's. Never shown.
    """

    url: str
    credentials: str = field(repr=False)
    tls: ssl.SSLContext | None = field(repr=False)
    user: str | None = None
    password: str = field(default="", repr=False)

    @classmethod
    def of(
        cls, settings: Settings, url: str | None = None, called: str = "TIPGRAPH_STORE_URL"
    ) -> "Address":
        """Read the settings.

        Args:
            settings: Credentials and certificates, and the address if it is not another one.
            url: Another address.
            called: What people call the address.

        Raises:
            UsageError: They name no web address, hold credentials that cannot be sent, or a file
                of certificates that cannot be read. No secret is in the message.
        """
        url = settings.store_url or "" if url is None else url
        try:
            parts = urlsplit(url)
            usable = parts.scheme in _SCHEMES and parts.hostname and (parts.port or 1)
        except ValueError:
            usable = False
        if not usable or not url.isascii() or any(c.isspace() for c in url):
            raise UsageError(f"{called} is no address of the web: http://... or https://...")
        if "@" in parts.netloc:
            raise UsageError(
                f"{called} holds a user name: put it into TIPGRAPH_STORE_USER, and the "
                "password into TIPGRAPH_STORE_PASSWORD, which are never logged"
            )
        tls = _tls(settings) if parts.scheme == "https" else None
        secret = settings.store_password
        password = secret.get_secret_value() if secret else ""
        return cls(
            url.partition("#")[0], _credentials(settings), tls, settings.store_user, password
        )


def for_writing(
    settings: Settings, to: str, query: str | None, seconds: float
) -> tuple[Address, Settings]:
    """Where an engine is written to, and settings by which a store asks it.

    Args:
        settings: Credentials and certificates.
        to: Its address for writing.
        query: Its address for queries; without it, that which engines have beside `to`.
        seconds: How long it may work on a query.

    Raises:
        UsageError: See `Address.of`.
    """
    address = Address.of(settings, to, "--to")
    asked = Address.of(settings, query or _query_address(to), "--query").url
    return address, settings.model_copy(update={"store_url": asked, "query_timeout": seconds})


def _query_address(url: str) -> str:
    """The address for queries, as engines have it beside that for writing."""
    parts = urlsplit(url)
    for ending, sibling in _SIBLINGS:
        if parts.path.endswith(ending):
            return parts._replace(path=parts.path.removesuffix(ending) + sibling).geturl()
    return url


def _credentials(settings: Settings) -> str:
    token, password = settings.store_token, settings.store_password
    if token is not None:
        if settings.store_user is not None or password is not None:
            raise UsageError("TIPGRAPH_STORE_TOKEN and TIPGRAPH_STORE_USER exclude each other")
        secret = token.get_secret_value()
        if not secret or not all("!" <= character <= "~" for character in secret):
            raise UsageError("TIPGRAPH_STORE_TOKEN holds characters that no token has")
        return f"Bearer {secret}"
    if settings.store_user is None:
        if password is not None:
            raise UsageError("TIPGRAPH_STORE_PASSWORD needs TIPGRAPH_STORE_USER")
        return ""
    if ":" in settings.store_user:
        raise UsageError("TIPGRAPH_STORE_USER holds a colon, which no user name may have")
    pair = f"{settings.store_user}:{password.get_secret_value() if password else ''}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _tls(settings: Settings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.store_ca)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            f"TIPGRAPH_STORE_CA: {settings.store_ca} is no file of certificates: {error}"
        ) from error
