"""Barriers in a page, as axe-core finds them: what WCAG 2.2 asks for at levels A and AA."""

from collections.abc import Sequence
from typing import Any, Final

from playwright.sync_api import Page

from tests.node import install_clients

# What depends on colours, and what on the width of the window; the rest is the same in all.
COLOUR_RULES: Final = ("color-contrast", "link-in-text-block")
WIDTH_RULES: Final = ("scrollable-region-focusable", "target-size", "css-orientation-lock")

_RUN: Final = """async ([within, rules]) => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await axe.run(within, {
    runOnly: rules.length ? { type: "rule", values: rules } : { type: "tag", values: tags },
    rules: rules.length ? {} : { "target-size": { enabled: true } },
    resultTypes: ["violations"],
  });
  return found.violations;
}"""


def barriers(page: Page, rules: Sequence[str] = (), within: str = "html") -> list[str]:
    """What is a barrier to somebody, as texts; empty when nothing is.

    Args:
        page: The page, as it is at this moment.
        rules: The rules that are looked at; all when there are none.
        within: A CSS selector of the part that is looked at.
    """
    if not page.evaluate("'axe' in window"):
        script = install_clients("axe-core") / "node_modules" / "axe-core" / "axe.min.js"
        # Evaluated by the browser's own door for tools, where no policy of the page applies.
        page.evaluate(script.read_text(encoding="utf-8"))
    violations: list[dict[str, Any]] = page.evaluate(_RUN, [within, list(rules)])
    return [
        f"{each['help']} ({each['id']}): {node['html'][:200]}: {node['failureSummary']}"
        for each in violations
        for node in each["nodes"]
    ]
