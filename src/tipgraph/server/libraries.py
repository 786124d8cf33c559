"""The libraries that pages load: which files of which npm packages, and under what names.

They are installed beside the working copy (`web/`) when it is set up, and are no part of the
package; without them pages do with less.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tipgraph.dataset import resources
from tipgraph.settings import Settings


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """A file of an npm package.

    Args:
        name: What it is called here.
        path: Where it lies, from `node_modules`.
        imports: What it imports by the names of packages, which mean nothing to a browser, and the
            relative addresses that stand for them here.
    """

    name: str
    path: str
    imports: Mapping[str, str] = field(default_factory=dict)

    def read(self, modules: Path) -> bytes:
        """Its content, with imports that a browser understands.

        Args:
            modules: The folder `node_modules`.

        Raises:
            OSError: It is not there.
        """
        body = (modules / self.path).read_bytes()
        for package, address in self.imports.items():
            for quote in (b'"', b"'"):
                written = quote + package.encode() + quote
                body = body.replace(b"from" + written, b"from" + quote + address.encode() + quote)
                body = body.replace(b"from " + written, b"from " + quote + address.encode() + quote)
        return body


LIBRARIES: Final[Mapping[str, tuple[LibraryFile, ...]]] = {
    "yasqe": (
        LibraryFile("yasqe.js", "@zazuko/yasqe/build/yasqe.min.js"),
        LibraryFile("yasqe.css", "@zazuko/yasqe/build/yasqe.min.css"),
    ),
    "cytoscape": (LibraryFile("cytoscape.js", "cytoscape/dist/cytoscape.esm.min.mjs"),),
    "vega": (LibraryFile("vega.js", "vega/build/vega.min.js"),),
    "vega-lite": (LibraryFile("vega-lite.js", "vega-lite/build/vega-lite.min.js"),),
    "vega-interpreter": (
        LibraryFile(
            "vega-interpreter.js",
            "vega-interpreter/build/vega-interpreter.js",
            {"vega-util": "../vega-util.js"},
        ),
    ),
    "d3-geo": (
        LibraryFile("d3-geo.js", "d3-geo/dist/d3-geo.min.mjs", {"d3-array": "./d3-array.js"}),
        LibraryFile("d3-array.js", "d3-array/dist/d3-array.min.mjs"),
    ),
    "topojson-client": (
        LibraryFile("topojson-client.js", "topojson-client/dist/topojson-client.min.js"),
    ),
    "world-atlas": (LibraryFile("countries-110m.json", "world-atlas/countries-110m.json"),),
}


def web_folder(settings: Settings) -> Path:
    """The folder in which the libraries were installed, if they were."""
    return settings.web_dir or resources() / "web"


def installed(folder: Path) -> Iterator[tuple[str, LibraryFile, bytes]]:
    """The files of the libraries that are there: library, file, content.

    A library that lacks a file is left out as a whole.

    Args:
        folder: The folder with `node_modules` in it.
    """
    for library, files in LIBRARIES.items():
        try:
            contents = [file.read(folder / "node_modules") for file in files]
        except OSError:
            continue
        for file, content in zip(files, contents, strict=True):
            yield library, file, content
