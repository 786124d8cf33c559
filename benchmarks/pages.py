"""Pages as Lighthouse sees them in chromium, as on a phone with a slow connection."""

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.load import median
from benchmarks.report import compared
from benchmarks.services import FOLDER, shipped

# On the page for asking there is a plain field; the editor is loaded by those who go to it.
PAGES: Final = {
    "home": "/",
    "a state": "/page/id/dprk",
    "asking": "/sparql",
    "routes": "/routes",
}
CATEGORIES: Final = ("performance", "accessibility", "best-practices")
LEAST_SCORE: Final = 95
MOST_SECONDS: Final = 1.5
MOST_KILOBYTES: Final = 60
# What has to be light; the map is drawn by libraries of others.
WEIGHED: Final = ("home", "a state")
ROUNDS: Final = 3

_TOOLS: Final = Path(__file__).parent
_LIBRARIES: Final = "/lib/"


def measure_pages() -> None:
    """Print scores, the first contentful paint and the weight of pages."""
    install_lighthouse()
    print("\nPages in chromium, as on a phone with a slow connection, median of", ROUNDS, "rounds;")
    print("what else the machine does makes them look slower than they are.\n")
    with shipped() as root:
        for name, path in PAGES.items():
            reports = [lighthouse(f"{root}{path}") for _ in range(ROUNDS)]
            for category in CATEGORIES:
                score = median([scored(each, category) for each in reports])
                show(name, category, f"{score:.0f}", compared(score, at_least=LEAST_SCORE))
            paint = median([painted(each) for each in reports])
            show(name, "first paint", f"{paint:.2f} s", compared(paint, at_most=MOST_SECONDS))
            own, whole = weight(reports[-1])
            aim = compared(own, at_most=MOST_KILOBYTES) if name in WEIGHED else "no aim"
            show(name, "weight", f"{own:.1f} kB, with libraries {whole:.1f} kB", aim)
        editor = transferred(f"{root}/static/lib/yasqe.js")
        show("the editor", "weight", f"{editor:.1f} kB, for those who go to it", "no aim")


def install_lighthouse() -> None:
    """Install what the lock file says, if it is not there."""
    if not (_TOOLS / "node_modules" / "lighthouse").exists():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=_TOOLS, check=True)


def lighthouse(address: str) -> Mapping[str, Any]:
    """One report of Lighthouse on a page that nothing of is kept."""
    chromium = shutil.which("chromium")
    assert chromium is not None, "this needs chromium"
    report = FOLDER / "lighthouse.json"
    command = [
        str(_TOOLS / "node_modules" / ".bin" / "lighthouse"),
        address,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox",
    ]
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium})
    found: Mapping[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def transferred(address: str) -> float:
    """The size of a file as it is sent, compressed, in kilobytes."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "br"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        return len(response.read()) / 1000


def scored(report: Mapping[str, Any], category: str) -> float:
    """A score, of 100."""
    return 100 * float(report["categories"][category]["score"])


def painted(report: Mapping[str, Any]) -> float:
    """Seconds until something of the page is seen."""
    return float(report["audits"]["first-contentful-paint"]["numericValue"]) / 1000


def weight(report: Mapping[str, Any]) -> tuple[float, float]:
    """What is transferred, compressed, in kilobytes: without others' libraries, and with them."""
    requests = report["audits"]["network-requests"]["details"]["items"]
    sizes = [(urlsplit(each["url"]).path, each["transferSize"] / 1000) for each in requests]
    own = sum(size for path, size in sizes if _LIBRARIES not in path)
    return own, sum(size for _, size in sizes)


def show(page: str, what: str, figure: str, aim: str) -> None:
    """Print one line."""
    print(f"{page:12} {what:16} {figure:40} ({aim})", flush=True)
