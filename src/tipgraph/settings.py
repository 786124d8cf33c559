"""The settings of a running tipgraph: one frozen object, `TIPGRAPH_*` variables over defaults.

Read once, by whoever starts the program, with `Settings.from_environment()`; everything else is
handed the object. The table in docs/settings.md lists the same fields.
"""

import os
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tipgraph.errors import UsageError
from tipgraph.namespaces import BASE

ENVIRONMENT_PREFIX: Final = "TIPGRAPH_"

_MEBIBYTE: Final = 1024 * 1024
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+\Z")


class Settings(BaseSettings):
    """What can be set, with the default of each. Sizes are in bytes, times in seconds."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", description="Address the service listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the service listens on.")
    base_iri: str = Field(
        default=BASE,
        description="Public base of every IRI; relative IRIs in queries are resolved against it.",
    )
    public_url: str | None = Field(
        default=None,
        description="Address at which clients reach the service; without it, the one they used.",
    )
    snapshot_dir: Path | None = Field(
        default=None, description="Folder for built snapshots; without it, the user's cache folder."
    )
    web_dir: Path | None = Field(
        default=None,
        description="Folder with the pages' libraries in node_modules; without it, the project's.",
    )
    store_url: str | None = Field(
        default=None,
        description="Address of a SPARQL endpoint that holds the graph, in place of a snapshot.",
    )
    store_user: str | None = Field(
        default=None,
        description="User name at that endpoint (HTTP Basic, or Digest where it asks for that).",
    )
    store_password: SecretStr | None = Field(
        default=None, description="Password of that user; never logged."
    )
    store_token: SecretStr | None = Field(
        default=None, description="Bearer token for that endpoint, in place of user and password."
    )
    store_ca: Path | None = Field(
        default=None,
        description="File (PEM) of the certificates that endpoint's is checked by; without it, "
        "the system's.",
    )
    store_connections: int = Field(
        default=8, ge=1, le=1024, description="Queries at that endpoint at a time; others wait."
    )
    workers: int = Field(
        default=max(2, os.cpu_count() or 2),
        ge=1,
        le=256,
        description="Processes that evaluate queries, besides one spare; one a core, at least 2.",
    )
    query_timeout: float = Field(
        default=10.0,
        gt=0,
        description="Seconds a query may run; the `timeout` parameter can lower it.",
    )
    worker_memory: int = Field(
        default=1024 * _MEBIBYTE,
        ge=256 * _MEBIBYTE,
        description="Bytes of memory one worker may allocate.",
    )
    result_bytes: int = Field(
        default=64 * _MEBIBYTE,
        ge=1024,
        description="Bytes of the largest answer; larger ones are refused.",
    )
    queue_size: int = Field(
        default=512,
        ge=1,
        description="Queries that may wait for a worker; further ones are refused.",
    )
    queue_seconds: float = Field(
        default=1.0, gt=0, description="Seconds a query may wait for a worker before it is refused."
    )
    cache_bytes: int = Field(
        default=64 * _MEBIBYTE, ge=0, description="Bytes of finished answers kept; 0 keeps none."
    )
    head_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Seconds a client may take for a request line with its header fields.",
    )
    body_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Seconds a client may take for each 16 KiB of a request body.",
    )
    request_bytes: int = Field(
        default=_MEBIBYTE,
        ge=1024,
        description="Bytes of the largest request body, after decompression.",
    )
    validations: int = Field(
        default=2, ge=1, le=64, description="Validations at a time, each in a process of its own."
    )
    validation_queue: int = Field(
        default=16, ge=0, description="Validations that may wait; further ones are refused."
    )
    validation_timeout: float = Field(
        default=60.0, gt=0, description="Seconds a validation may run, and may wait."
    )
    validation_memory: int = Field(
        default=2048 * _MEBIBYTE,
        ge=512 * _MEBIBYTE,
        description="Bytes of memory one validation may allocate.",
    )
    validation_bytes: int = Field(
        default=64 * _MEBIBYTE,
        ge=1024,
        description="Bytes of data and shapes in one request, after decompression.",
    )
    validation_results: int = Field(
        default=10_000, ge=1, description="Results a report has at most; it says how many it omits."
    )
    service_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="IRIs that SERVICE may call, separated by spaces; none by default."
    )
    service_private: bool = Field(
        default=False,
        description="Whether allowed SERVICE hosts may have loopback or private addresses.",
    )
    service_timeout: float = Field(
        default=5.0, gt=0, description="Seconds one SERVICE call may take altogether."
    )
    service_bytes: int = Field(
        default=8 * _MEBIBYTE,
        ge=1024,
        description="Bytes of the largest answer accepted from a SERVICE.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Addresses of proxies whose X-Forwarded-For is believed, separated by spaces.",
    )
    log_queries: bool = Field(
        default=False, description="Whether the log holds the text of queries; it may be personal."
    )

    @field_validator("service_allow", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("base_iri")
    @classmethod
    def _check_base(cls, value: str) -> str:
        if not _ABSOLUTE.match(value) or not value.endswith(("/", "#")):
            raise ValueError("should be an absolute IRI that ends with / or #")
        return value

    @field_validator("public_url")
    @classmethod
    def _check_address(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("should begin with http:// or https://")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(str(ip_address(each)) for each in value)
        except ValueError as error:
            raise ValueError(f"should be IP addresses, no names or networks: {error}") from error

    @classmethod
    def from_environment(cls, **overrides: object) -> Self:
        """Read `TIPGRAPH_*`; keyword arguments win over them, None counts as not given.

        Raises:
            UsageError: A value has the wrong type or is out of its limits; names the variable.
        """
        given = {name: value for name, value in overrides.items() if value is not None}
        try:
            return cls(**given)  # type: ignore[arg-type]  # pydantic checks the types
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            variable = name if name in given else f"{ENVIRONMENT_PREFIX}{name.upper()}"
            reason = first["msg"].removeprefix("Value error, ")
            raise UsageError(f"{variable}: {reason}, not {first['input']!r}") from error
