"""What tests of the documents read of a page and of its data."""

import httpx
from pyoxigraph import RdfFormat

from tests.isomorphism import read
from tests.web import BROWSER, Page


def page(client: httpx.Client, path: str) -> Page:
    response = client.get(path, headers={"accept": BROWSER})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Page(response.text)


def graph(client: httpx.Client, path: str) -> set[str]:
    response = client.get(path, headers={"accept": "text/turtle"})
    assert response.status_code == 200, response.text
    return read(response.content, RdfFormat.TURTLE)
