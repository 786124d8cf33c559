"""The libraries do their work in pages that forbid inline styles, `eval` and other hosts."""

import os

import pytest
from playwright.sync_api import Page

from tests.browser.visiting import Visitor
from tipgraph.server.libraries import web_folder
from tipgraph.settings import Settings

_LOAD = """(name) => new Promise((resolve, reject) => {
  const script = Object.assign(document.createElement("script"), { src: `/static/lib/${name}` });
  script.addEventListener("load", resolve);
  script.addEventListener("error", reject);
  document.head.append(script);
})"""
_CHART = """async () => {
  const { expressionInterpreter } = await import("/static/lib/vega-interpreter.js");
  const { spec } = vegaLite.compile({
    data: { values: [{ where: "here", count: 3 }, { where: "there", count: 5 }] },
    transform: [{ calculate: "datum.count * 2", as: "twice" }],
    mark: "bar",
    encoding: { x: { field: "where" }, y: { field: "twice", type: "quantitative" } },
  });
  const options = { expr: expressionInterpreter, renderer: "svg", container: "main" };
  await new vega.View(vega.parse(spec, null, { ast: true }), options).runAsync();
  return document.querySelectorAll("main .mark-rect path[aria-label]").length;
}"""
_GRAPH = """async () => {
  // What it would put into a style element of its own is left to the page's style sheet.
  const style = document.createElement("link");
  style.id = "__________cytoscape_stylesheet";
  document.head.append(style);
  const container = document.querySelector("main");
  container.style.position = "relative";
  container.style.height = "20rem";
  const { default: cytoscape } = await import("/static/lib/cytoscape.js");
  const edge = { source: "here", target: "there" };
  const elements = [{ data: { id: "here" } }, { data: { id: "there" } }, { data: edge }];
  return cytoscape({ container, elements }).nodes().length;
}"""
_MAP = """async () => {
  const { geoEqualEarth, geoPath } = await import("/static/lib/d3-geo.js");
  const world = await (await fetch("/static/lib/countries-110m.json")).json();
  const { features } = topojson.feature(world, world.objects.countries);
  const path = geoPath(geoEqualEarth());
  return features.map(path).filter((drawn) => drawn?.startsWith("M")).length;
}"""


@pytest.fixture
def page(visitor: Visitor) -> Page:
    """A page that may load the libraries, which `make` installs where npm is."""
    if not (web_folder(Settings()) / "node_modules" / "installed").exists():
        assert os.environ.get("CI") != "true", "the libraries of the pages are not installed"
        pytest.skip("the libraries of the pages are not installed; make test does that")
    return visitor.open("/docs")


def load(page: Page, *names: str) -> None:
    for name in names:
        page.evaluate(_LOAD, name)


def test_a_chart_is_drawn(page: Page) -> None:
    load(page, "vega.js", "vega-lite.js")
    assert page.evaluate(_CHART) == 2


def test_a_graph_is_laid_out(page: Page) -> None:
    assert page.evaluate(_GRAPH) == 2


def test_a_map_is_drawn(page: Page) -> None:
    load(page, "topojson-client.js")
    assert page.evaluate(_MAP) > 150
