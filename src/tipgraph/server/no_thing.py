"""What is answered where there is no thing: it is unknown, was retired, or fits no Accept field."""

from typing import Final

from tipgraph.formats import GRAPH_FORMATS, Format
from tipgraph.server.exchange import Exchange
from tipgraph.server.links import WebLink, alternates, joined
from tipgraph.server.lookup import Lookup
from tipgraph.server.negotiation import MediaType, negotiate
from tipgraph.server.problem_types import PROBLEMS
from tipgraph.server.problems import PROBLEM_JSON, Problem
from tipgraph.server.surroundings import Surroundings
from tipgraph.server.targets import LinkTargets
from tipgraph.server.templates import Templates
from tipgraph.server.thing_data import write_quads
from tipgraph.server.thing_page import ThingPage
from tipgraph.server.things import DATA_FORMS, FORMS, PAGE, Address
from tipgraph.wording import Statements

_HEADERS: Final = (
    (b"vary", b"Accept, Accept-Encoding"),
    (b"cache-control", b"public, no-cache"),
)


class NoThing:
    """Answers where there is no thing.

    Args:
        lookup: Finds what is near, and what is left of a retired thing.
        templates: The templates of pages.
        targets: Where links lead.
    """

    def __init__(self, lookup: Lookup, templates: Templates, targets: LinkTargets) -> None:
        self._lookup = lookup
        self._templates = templates
        self._targets = targets

    async def send_unknown(self, exchange: Exchange, address: Address) -> None:
        """Say that the graph does not know a thing, and which ones it may have been taken for."""
        near = await self._lookup.near(address.iri, exchange.client)
        listed = [
            {
                "iri": each.iri,
                "href": self._targets.own_address(each.iri),
                "label": each.label,
            }
            for each in near
        ]
        detail = f"the graph does not know <{address.iri.value}>"
        if address.role == "data" and address.form is None and "." in address.name:
            known = ", ".join(form.name for form in DATA_FORMS)
            detail += f"; the suffixes of formats are {known}"
        await _send_problem(exchange, Problem(PROBLEMS["not-found"], detail, {"near": listed}))

    async def send_not_acceptable(self, exchange: Exchange, address: Address) -> None:
        """Say that there is no such form of a thing, and which ones there are."""
        available = [form.media_type for form in FORMS]
        links = alternates(address, self._targets.root, FORMS)
        await _send_problem(
            exchange,
            Problem(
                PROBLEMS["not-acceptable"],
                f"nothing there is at {exchange.path} fits {exchange.accept_text!r}",
                {"available": available},
                (("link", links.decode()),),
            ),
        )

    async def send_tombstone(self, exchange: Exchange, address: Address) -> None:
        """Say that a thing was retired, by what, why, and what is there in its place."""
        description = await self._lookup.tombstone(address.iri, exchange.client)
        thing = ThingPage(
            description,
            Surroundings(),
            Statements(()),
            language="en",
            targets=self._targets,
        )
        replacements = thing.replacements
        links = joined(WebLink("successor-version", each.href) for each in replacements)
        headers: list[tuple[bytes, bytes]] = [*_HEADERS]
        if links:
            headers.append((b"link", links))
        offered: tuple[MediaType | Format, ...] = (*GRAPH_FORMATS, PAGE, PROBLEM_JSON)
        if address.role == "page":
            offered = (PAGE, PROBLEM_JSON)
        elif isinstance(address.form, Format):
            offered = (address.form, PROBLEM_JSON)
        form = negotiate(exchange.accept_text, offered) or PROBLEM_JSON
        if isinstance(form, Format):
            content_type, body = form.content_type, write_quads(description.quads, form)
        elif form is PAGE:
            content_type = PAGE.content_type
            body = self._templates.render("tombstone.html", thing=thing)
        else:
            content_type = PROBLEM_JSON.media_type
            problem = Problem(
                PROBLEMS["gone"],
                f"<{address.iri.value}> was retired",
                {"replacedBy": [each.href for each in replacements]},
            )
            body = problem.to_json(exchange.request_id.decode())
        headers.append((b"content-type", content_type.encode()))
        await exchange.respond(410, headers, body)


async def _send_problem(exchange: Exchange, problem: Problem) -> None:
    await exchange.respond(problem.type.status, *exchange.rendered(problem))
