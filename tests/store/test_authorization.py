"""Digest authentication: the specification's own example, and how often an endpoint is asked."""

import re
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.store.misbehaving import Misbehaving, Request, misbehaving, response, well
from tipgraph.errors import EndpointFailureError
from tipgraph.settings import Settings
from tipgraph.store.remote import open_remote
from tipgraph.store.remote.address import Address
from tipgraph.store.remote.authorization import Authorization


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(
    monkeypatch: pytest.MonkeyPatch, algorithm: str, expected: str
) -> None:
    ours = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    monkeypatch.setattr(secrets, "token_hex", lambda _: ours)
    address = Address("http://www.example.org", "", None, "Mufasa", "Circle of Life")
    authorization = Authorization(address)
    challenge = (
        'Digest realm="http-auth@example.org", qop="auth, auth-int", '
        f"algorithm={algorithm}, "
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    assert authorization.challenged(401, [(b"WWW-Authenticate", challenge.encode())])
    ((name, value),) = authorization.fields("GET", "http://www.example.org/dir/index.html")
    assert name == b"authorization"
    parts = dict(re.findall(r'(\w+)="?([^",]+)"?', value.decode().removeprefix("Digest ")))
    assert parts == {
        "username": "Mufasa",
        "realm": "http-auth@example.org",
        "uri": "/dir/index.html",
        "algorithm": algorithm,
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "nc": "00000001",
        "cnonce": ours,
        "qop": "auth",
        "response": expected,
        "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    }


@dataclass
class Guarded:
    """An endpoint that answers whoever has answered a nonce that it takes.

    Args:
        nonce: What it asks with.
        taken: Whether it is content with an answer to that nonce.
        stale: Whether it says that another nonce was old.
    """

    nonce: str = "first"
    taken: Callable[[str], bool] = lambda _: True
    stale: bool = True
    counts: list[str] = field(default_factory=list)

    def __call__(self, connection: socket.socket, request: Request) -> None:
        """Answer a request."""
        head = request.head
        if f'nonce="{self.nonce}"' in head and self.taken(head):
            self.counts += re.findall("nc=([0-9a-f]{8})", head)
            well(connection, request)
            return
        stale = ", stale=true" if self.stale and "nonce=" in head else ""
        challenge = f'Digest realm="r", nonce="{self.nonce}", qop="auth"{stale}'
        fields = f"WWW-Authenticate: {challenge}\r\n"
        connection.sendall(response("", status="401 Unauthorized", fields=fields))


def asked(server: Misbehaving) -> int:
    """How many requests the server had, which are forgotten."""
    count = len(server.requests)
    server.requests.clear()
    return count


def test_a_nonce_is_asked_for_once_and_again_when_it_is_old() -> None:
    guard = Guarded()
    with misbehaving() as server:
        server.behaviour = guard
        chosen = Settings(store_url=server.url, store_user="u", store_password="p")  # type: ignore[arg-type]  # noqa: S106
        with open_remote(chosen) as store:
            store.query("ASK {}")
            asked(server)
            guard.counts.clear()
            assert store.query("ASK {}") is True
            assert store.query("ASK { ?s ?p ?o }") is True
            assert asked(server) == 2
            # Each request with a nonce has a number of its own.
            first, second = (int(count, 16) for count in guard.counts)
            assert second == first + 1
            guard.nonce = "second"
            assert store.query("ASK {}") is True
            assert asked(server) == 2


@pytest.mark.parametrize("stale", [False, True])
def test_who_is_not_let_in_is_told_so(stale: bool) -> None:
    with misbehaving() as server:
        server.behaviour = Guarded(taken=lambda _: False, stale=stale)
        chosen = Settings(store_url=server.url, store_user="u", store_password="p")  # type: ignore[arg-type]  # noqa: S106
        reason = "asks again and again" if stale else "does not let this service in"
        with pytest.raises(EndpointFailureError, match=reason), open_remote(chosen) as store:
            store.query("ASK {}")
        assert asked(server) <= 8


def test_nobody_is_answered_in_somebodys_place() -> None:
    def behaviour(connection: socket.socket, request: Request) -> None:
        if "authorization: " in request.head.lower():
            connection.sendall(response("", status="401 Unauthorized"))
        else:
            well(connection, request)

    with misbehaving() as server:
        server.behaviour = behaviour
        chosen = Settings(store_url=server.url, store_user="u", store_password="p")  # type: ignore[arg-type]  # noqa: S106
        with (
            pytest.raises(EndpointFailureError, match="answers to nobody"),
            open_remote(chosen) as store,
        ):
            store.query("ASK {}")


@pytest.mark.parametrize(
    "challenge",
    ['Digest realm="r", nonce="n", algorithm=SHA-3', 'Digest realm="r"', 'Basic realm="r"'],
)
def test_what_cannot_be_answered_is_refused_at_once(challenge: str) -> None:
    def behaviour(connection: socket.socket, _: Request) -> None:
        fields = f"WWW-Authenticate: {challenge}\r\n"
        connection.sendall(response("", status="401 Unauthorized", fields=fields))

    with misbehaving() as server:
        server.behaviour = behaviour
        chosen = Settings(store_url=server.url, store_user="u", store_password="p")  # type: ignore[arg-type]  # noqa: S106
        with (
            pytest.raises(EndpointFailureError, match="TIPGRAPH_STORE_PASSWORD"),
            open_remote(chosen) as store,
        ):
            store.query("ASK {}")
