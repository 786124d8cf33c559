"""The pages, as Jinja templates that escape what they are given."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


class Templates:
    """The templates of the package.

    Args:
        shared: Names every template may use.
    """

    def __init__(self, **shared: Any) -> None:
        self._environment = Environment(
            loader=PackageLoader("tipgraph.server", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(shared)

    def render(self, name: str, **values: Any) -> bytes:
        """Render a template, as UTF-8."""
        return self._environment.get_template(name).render(values).encode()
