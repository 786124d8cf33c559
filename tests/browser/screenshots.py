"""Pictures of a page of each kind, for people to look at, in the folder that is named."""

import sys
from pathlib import Path

from tests.browser.kinds import KINDS
from tests.browser.visiting import NARROW, SCHEMES, WIDE, Visitor, chromium
from tests.service import serving
from tipgraph.build import build, default_folder
from tipgraph.inputs import Inputs


def take(folder: Path) -> None:
    """Take them, in light and dark, on a narrow and on a wide screen."""
    folder.mkdir(parents=True, exist_ok=True)
    snapshot = build(Inputs(), default_folder()).snapshot
    with (
        serving(snapshot.path, workers=2) as service,
        chromium() as browser,
        Visitor(browser, service.url) as visitor,
    ):
        for kind, path in KINDS.items():
            for scheme in SCHEMES:
                for width in (NARROW, WIDE):
                    page = visitor.open(path, scheme=scheme, width=width)
                    file = folder / f"{kind}-{scheme}-{width}.png"
                    page.screenshot(path=file, animations="disabled")
                    print(file)
    print("\n".join(visitor.faults), file=sys.stderr)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
