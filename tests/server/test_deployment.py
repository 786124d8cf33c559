"""The files in deploy/: nginx before a service, the unit as systemd reads it, the container."""

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.service import PATIENCE, LiveService, free_port, wait_until

DEPLOY = Path(__file__).parents[2] / "deploy"
QUERY = "SELECT ?o WHERE { <http://example.org/river> <http://example.org/length> ?o }"


def program(name: str, package: str) -> str:
    """Where a program is; skips the test where it is missing, unless CI asks for it."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None and os.environ.get("CI") != "true":
        pytest.skip(f"this needs {name} (Debian: {package}), which is not here")
    assert path is not None, f"this needs {name} (Debian: {package})"
    return path


@pytest.fixture(scope="module")
def proxied(
    service: LiveService, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of nginx, which stands before the service by the sample."""
    nginx = program("nginx", "nginx-light")
    folder = tmp_path_factory.mktemp("nginx")
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    request += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    request += ["-keyout", "privkey.pem", "-out", "fullchain.pem"]
    subprocess.run(request, cwd=folder, check=True, capture_output=True)
    port = free_port()
    sample = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for written, here in (
        ("127.0.0.1:8000", f"127.0.0.1:{service.port}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/ssl/graph.example.org", str(folder)),
    ):
        assert written in sample
        sample = sample.replace(written, here)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {folder}/pid; events {{}} http {{ access_log off; {temporary} {sample} }}"
    )
    command = [nginx, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    trust = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
    with httpx.Client(
        base_url=f"https://localhost:{port}", verify=trust, timeout=PATIENCE
    ) as client:

        def answers() -> bool:
            assert process.poll() is None, (folder / "log").read_text()
            try:
                return client.get("/readyz").status_code == 200
            except httpx.TransportError:
                return False

        try:
            wait_until(answers)
            yield client
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_queries_in_a_body_pass(proxied: httpx.Client, method: str) -> None:
    headers = {"content-type": "application/sparql-query", "accept": "text/csv"}
    answer = proxied.request(method, "/sparql", content=QUERY, headers=headers)
    assert (answer.status_code, answer.text) == (200, "o\r\n120\r\n")


def test_a_long_query_in_the_address_passes(proxied: httpx.Client) -> None:
    query = f"{QUERY} # {'x' * 30_000}"
    answer = proxied.get("/sparql", params={"query": query}, headers={"accept": "text/csv"})
    assert (answer.status_code, answer.text) == (200, "o\r\n120\r\n")


def test_an_answer_that_is_known_is_not_sent_again(proxied: httpx.Client) -> None:
    first = proxied.get("/sparql", params={"query": QUERY})
    headers = {"if-none-match": first.headers["etag"]}
    assert proxied.get("/sparql", params={"query": QUERY}, headers=headers).status_code == 304


def test_metrics_are_not_for_the_public(proxied: httpx.Client) -> None:
    assert proxied.get("/metrics").status_code == 403


def test_systemd_accepts_the_unit_and_calls_it_safe(tmp_path: Path) -> None:
    analyze = program("systemd-analyze", "systemd")
    unit = tmp_path / "tipgraph.service"
    text = (DEPLOY / "tipgraph.service").read_text(encoding="utf-8")
    assert "/opt/tipgraph/.venv/bin/tipgraph" in text
    unit.write_text(text.replace("/opt/tipgraph/.venv/bin/tipgraph", "/bin/true"))
    verified = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert str(unit.name) not in verified.stderr
    # Tenths of the exposure that systemd counts: below 3.0 of 10.
    judged = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=30", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout + judged.stderr


def instructions(name: str) -> list[str]:
    """The arguments of each instruction of the Containerfile with a name."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    found = (line.split(maxsplit=1) for line in text.splitlines() if line)
    return [arguments for word, arguments in found if word == name]


def test_what_the_image_copies_is_there() -> None:
    copied = [each.split()[:-1] for each in instructions("COPY") if not each.startswith("--from")]
    assert copied
    assert [name for names in copied for name in names if not (DEPLOY.parent / name).exists()] == []


def test_the_image_runs_without_rights() -> None:
    assert instructions("USER") == ["65534:65534"]


def test_the_image_has_as_many_workers_as_the_unit() -> None:
    # One a core would need more memory, and threads, than docs/deployment.md gives it.
    unit = (DEPLOY / "tipgraph.service").read_text(encoding="utf-8")
    workers = re.findall(r"TIPGRAPH_WORKERS=\d+", unit)
    assert workers == re.findall(r"TIPGRAPH_WORKERS=\d+", " ".join(instructions("ENV")))
    assert "--memory 10g" in (DEPLOY.parent / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert "MemoryMax=10G" in unit


def test_the_health_check_tells_a_ready_service_from_none(service: LiveService) -> None:
    (arguments,) = instructions("HEALTHCHECK")
    _, *command = json.loads(arguments.partition("CMD ")[2])
    for port, ready in ((service.port, True), (free_port(), False)):
        there = [part.replace("127.0.0.1:8000", f"127.0.0.1:{port}") for part in command]
        ran = subprocess.run([sys.executable, *there], capture_output=True, check=False)
        assert (ran.returncode == 0) is ready
