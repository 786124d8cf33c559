"""Graph Store HTTP Protocol, reading."""

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from tests.service import EX
from tipgraph.formats import GRAPH_FORMATS, Format

GRAPH = "https://w3id.org/tipgraph/graph/"


def subjects(response: httpx.Response) -> set[str]:
    assert response.status_code == 200, response.text
    quads = parse(response.text, RdfFormat.TURTLE)
    return {str(quad.subject) for quad in quads}


def test_a_named_graph(client: httpx.Client) -> None:
    response = client.get("/gsp", params={"graph": f"{GRAPH}meta"})
    assert response.headers["content-type"] == "text/turtle; charset=utf-8"
    assert subjects(response) == {f"<{EX}dataset>"}


def test_the_default_graph(client: httpx.Client) -> None:
    for address in ("/gsp?default", "/gsp?default="):
        found = subjects(client.get(address))
        assert f"<{EX}river>" in found
        assert f"<{EX}dataset>" not in found


def test_a_graph_at_its_own_address(client: httpx.Client) -> None:
    assert subjects(client.get("/graph/meta")) == {f"<{EX}dataset>"}


@pytest.mark.parametrize("form", GRAPH_FORMATS, ids=lambda form: form.name)
def test_in_each_format(client: httpx.Client, form: Format) -> None:
    parameters = {"graph": f"{GRAPH}meta"}
    by_accept = client.get("/gsp", params=parameters, headers={"accept": form.media_type})
    by_name = client.get("/gsp", params={**parameters, "format": form.name})
    assert by_accept.headers["content-type"] == by_name.headers["content-type"] == form.content_type
    assert by_accept.text == by_name.text


@pytest.mark.parametrize(
    ("target", "status", "problem"),
    [
        ("", 400, "bad-parameter"),
        ("?default&graph=a:b", 400, "bad-parameter"),
        ("?graph=a:b&graph=a:c", 400, "bad-parameter"),
        ("?graph=a:b", 404, "not-found"),
        ("?default&format=csv", 406, "not-acceptable"),
    ],
)
def test_wrong_requests(client: httpx.Client, target: str, status: int, problem: str) -> None:
    response = client.get(f"/gsp{target}")
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{problem}")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_writing_is_refused(client: httpx.Client, method: str) -> None:
    response = client.request(method, "/gsp?default", content=b"<a:a> <a:b> 1 .")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"
    assert "nothing was changed" in response.json()["detail"]


def test_options(client: httpx.Client) -> None:
    response = client.options("/gsp?default")
    assert (response.status_code, response.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
