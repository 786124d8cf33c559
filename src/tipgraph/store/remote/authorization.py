"""Who makes a request: Basic or a token at once, Digest as soon as the endpoint asks for it."""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from tipgraph.errors import EndpointFailureError, QueryError
from tipgraph.store.remote.address import Address

_DIGEST: Final = re.compile(r"(?:^|,)\s*digest\s+(.*)", re.IGNORECASE | re.DOTALL)
_SESSION: Final = "-SESS"
# The value of `algorithm` (RFC 7616, section 3.3), without what says that a session has one secret.
_ALGORITHMS: Final[Mapping[str, str]] = {
    "MD5": "md5",
    "SHA-256": "sha256",
    "SHA-512-256": "sha512_256",
}


# How often one request may be asked who makes it: without saying how, at first, and when the nonce
# has become old.
CHALLENGES: Final = 3


class Authorization:
    """The Authorization field of requests to an endpoint.

    Args:
        address: The endpoint, and the credentials for it.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._challenge: Mapping[str, str] = {}
        self._is_withheld = False
        self._count = 0

    def fields(self, method: str, url: str) -> list[tuple[bytes, bytes]]:
        """The field for a request; none where there are no credentials."""
        if self._challenge:
            value = self._digest(method, url)
        else:
            value = "" if self._is_withheld else self._address.credentials
        return [(b"authorization", value.encode())] if value else []

    def challenged(self, status: int, fields: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a request was refused in a way that makes it worth making again.

        It was when the endpoint asks for Digest for the first time, or anew as its nonce is old;
        or when it asks for nothing, as Virtuoso does where it is given Basic: without that it asks.

        Args:
            status: The status of the answer.
            fields: Its header fields.

        Raises:
            EndpointFailureError: It was answered to nobody, where credentials were refused.
        """
        if status != HTTPStatus.UNAUTHORIZED or self._address.user is None:
            if self._is_withheld:
                raise EndpointFailureError(
                    "the endpoint refuses TIPGRAPH_STORE_USER and TIPGRAPH_STORE_PASSWORD, and "
                    "answers to nobody: do not set them if that is what you want"
                )
            return False
        asked = [value for name, value in fields if name.lower() == b"www-authenticate"]
        withheld, self._is_withheld = self._is_withheld, not asked and not self._challenge
        for value in asked:
            if found := _DIGEST.search(value.decode("latin-1")):
                parts = [part for part in parse_http_list(found[1]) if "=" in part]
                challenge = {key.lower(): text for key, text in parse_keqv_list(parts).items()}
                if self._is_answerable(challenge):
                    self._challenge, self._count = challenge, 0
                    return True
        return self._is_withheld and not withheld

    def _is_answerable(self, challenge: Mapping[str, str]) -> bool:
        anew = not self._challenge or challenge.get("stale", "").lower() == "true"
        qualities = [each.strip() for each in challenge.get("qop", "auth").split(",")]
        known = _algorithm(challenge).removesuffix(_SESSION) in _ALGORITHMS
        return anew and known and "auth" in qualities and {"realm", "nonce"} <= challenge.keys()

    def _digest(self, method: str, url: str) -> str:
        """The answer to the challenge (RFC 7616, section 3.4)."""
        challenge, algorithm = self._challenge, _algorithm(self._challenge)
        hashed = _hash(_ALGORITHMS[algorithm.removesuffix(_SESSION)])
        realm, nonce = challenge["realm"], challenge["nonce"]
        parts = urlsplit(url)
        uri = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        self._count += 1
        count, ours = f"{self._count:08x}", secrets.token_hex(8)
        secret = hashed(f"{self._address.user}:{realm}:{self._address.password}")
        if algorithm.endswith(_SESSION):
            secret = hashed(f"{secret}:{nonce}:{ours}")
        asked = hashed(f"{method}:{uri}")
        given = {"username": self._address.user or "", "realm": realm, "nonce": nonce, "uri": uri}
        plain = {"algorithm": challenge["algorithm"]} if "algorithm" in challenge else {}
        if "qop" in challenge:
            given |= {"response": hashed(f"{secret}:{nonce}:{count}:{ours}:auth:{asked}")}
            given |= {"cnonce": ours}
            plain |= {"qop": "auth", "nc": count}
        else:
            # As before RFC 2617.
            given |= {"response": hashed(f"{secret}:{nonce}:{asked}")}
        if "opaque" in challenge:
            given |= {"opaque": challenge["opaque"]}
        quoted = [f'{name}="{_escaped(value)}"' for name, value in given.items()]
        return "Digest " + ", ".join([*quoted, *(f"{name}={plain[name]}" for name in plain)])


def asked_again() -> QueryError:
    """The error of an endpoint that is never content with who makes a request."""
    return EndpointFailureError("the endpoint asks again and again who this is")


def _algorithm(challenge: Mapping[str, str]) -> str:
    return challenge.get("algorithm", "MD5").upper()


def _hash(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
