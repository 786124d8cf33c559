"""Measure tipgraph beside its peers and print the ratios: `python -m benchmarks`."""

import contextlib
import sys
import uuid
from collections.abc import Callable

from benchmarks.constraints import measure_constraints
from benchmarks.inference import measure_inference
from benchmarks.load import (
    HeavyQueries,
    described,
    distinct,
    median,
    repeated,
    rows_seconds,
    shown,
)
from benchmarks.pages import measure_pages
from benchmarks.report import verdict
from benchmarks.scale import measure_scale
from benchmarks.services import (
    Service,
    install_peers,
    oxigraph,
    rdflib_endpoint,
    tipgraph,
    write_data,
)
from benchmarks.validation import compare_validation

ROUNDS = 3
FORMATS = {"JSON": "application/sparql-results+json", "CSV": "text/csv"}


def main() -> None:
    """Run all measurements, or those named."""
    wanted = sys.argv[1:] or [
        "services",
        "validation",
        "constraints",
        "inference",
        "scale",
        "pages",
    ]
    if "services" in wanted:
        compare_services()
    if "validation" in wanted:
        compare_validation()
    if "constraints" in wanted:
        measure_constraints()
    if "inference" in wanted:
        measure_inference()
    if "scale" in wanted:
        measure_scale()
    if "pages" in wanted:
        measure_pages()


def compare_services() -> None:
    """Print how the service compares with its peers."""
    data, programs = write_data(), install_peers()
    print("100,000 triples, 16 connections, median of", ROUNDS, "rounds; figures depend on the")
    print("machine and on what else it does, ratios less so.\n")
    with contextlib.ExitStack() as services:
        ours = services.enter_context(tipgraph(data))
        peer = services.enter_context(oxigraph(data, programs))
        compare_rates("one small SELECT repeated", ours, peer, _repeated, at_least=1.5)
        compare_rates("distinct small SELECTs", ours, peer, _distinct, at_least=0.45)
        compare_rates("one thing's data repeated", ours, peer, _described, at_least=1)
        compare_rates("one thing's page repeated", ours, peer, _shown, at_least=0.5)
        for name, media_type in FORMATS.items():
            compare_rows(name, media_type, ours, peer)
        compare_p99(ours)
        slow = services.enter_context(rdflib_endpoint(data, programs))
        compare_rates("distinct small SELECTs", ours, slow, _distinct, at_least=10)


def _repeated(service: Service) -> float:
    return repeated(service).requests


def _described(service: Service) -> float:
    return described(service).requests


def _shown(service: Service) -> float:
    return shown(service).requests


def _distinct(service: Service) -> float:
    return distinct(service, uuid.uuid4().hex[:8]).requests


def compare_rates(
    what: str,
    ours: Service,
    peer: Service,
    measure: Callable[[Service], float],
    *,
    at_least: float,
) -> None:
    """Print how many requests a second two services answer, measured by turns."""
    rates: dict[str, list[float]] = {ours.name: [], peer.name: []}
    for _ in range(ROUNDS):
        for service in (peer, ours):
            rates[service.name].append(measure(service))
    mine, theirs = median(rates[ours.name]), median(rates[peer.name])
    verdict(what, f"{mine:,.0f}/s, {peer.name} {theirs:,.0f}/s", mine / theirs, at_least=at_least)


def compare_rows(name: str, media_type: str, ours: Service, peer: Service) -> None:
    """Print how long 100,000 rows take."""
    times: dict[str, list[float]] = {ours.name: [], peer.name: []}
    for _ in range(2 * ROUNDS):
        for service in (peer, ours):
            salt = uuid.uuid4().hex[:8]
            times[service.name].append(rows_seconds(service, media_type, salt))
    mine, theirs = median(times[ours.name]), median(times[peer.name])
    text = f"{mine:.2f} s, {peer.name} {theirs:.2f} s"
    verdict(f"100,000 rows as {name}", text, theirs / mine, at_least=0.8)


def compare_p99(ours: Service) -> None:
    """Print how much longer small queries take while all workers but one are held."""
    alone, loaded = [], []
    for _ in range(ROUNDS):
        alone.append(distinct(ours, uuid.uuid4().hex[:8]).p99)
        with HeavyQueries(ours, 1):
            loaded.append(distinct(ours, uuid.uuid4().hex[:8]).p99)
    text = f"{median(alone) * 1e3:.1f} ms alone, {median(loaded) * 1e3:.1f} ms beside heavy ones"
    verdict("p99 of small SELECTs", text, median(loaded) / median(alone), at_most=3)


if __name__ == "__main__":
    main()
