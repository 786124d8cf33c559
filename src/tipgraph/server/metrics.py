"""What is counted while the service runs, for Prometheus to read at /metrics."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_PATHS: Final = frozenset(("/sparql", "/gsp", "/search"))


class Workers(Protocol):
    """What is read from the pool of workers."""

    kills: Counter[str]

    @property
    def waiting(self) -> int:
        """Requests that wait for a worker."""
        ...

    @property
    def busy(self) -> int:
        """Workers that evaluate something."""
        ...


class Endpoint(Protocol):
    """What is read from the endpoint that is asked."""

    outcomes: Counter[str]

    @property
    def is_left_alone(self) -> bool:
        """Whether it failed so often that it is not asked for a while."""
        ...


class Metrics(Collector):
    """Counters of one service. Counting is plain arithmetic; Prometheus' form is made when read.

    Args:
        workers: The pool of workers.
        endpoint: The endpoint that is asked, if the data is at one.
    """

    def __init__(self, workers: Workers, endpoint: Endpoint | None = None) -> None:
        self._workers = workers
        self._endpoint = endpoint
        self._requests: Counter[tuple[str, int]] = Counter()
        self._seconds: dict[str, float] = {}
        self._buckets: dict[str, list[int]] = {}
        self.cache: Counter[str] = Counter()
        self.cache_bytes = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def observe(self, path: str, status: int, seconds: float) -> None:
        """Count a response and the time it took."""
        kind = path if path in _PATHS else "other"
        self._requests[kind, status] += 1
        buckets = self._buckets.get(kind)
        if buckets is None:
            buckets = self._buckets[kind] = [0] * (len(_BUCKETS) + 1)
            self._seconds[kind] = 0.0
        buckets[bisect_left(_BUCKETS, seconds)] += 1
        self._seconds[kind] += seconds

    def exposition(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield the metric families; called by Prometheus' registry."""
        yield self._request_family()
        yield self._latency_family()
        cache = CounterMetricFamily(
            "tipgraph_cache", "Answers found in the cache, or not", labels=["outcome"]
        )
        for outcome in ("hit", "miss", "not_modified"):
            cache.add_metric([outcome], self.cache[outcome])
        yield cache
        yield GaugeMetricFamily(
            "tipgraph_cache_bytes", "Bytes of answers kept", value=self.cache_bytes
        )
        yield from self._worker_families(self._workers)
        if self._endpoint is not None:
            yield from self._endpoint_families(self._endpoint)

    def _request_family(self) -> Metric:
        family = CounterMetricFamily(
            "tipgraph_requests", "Responses by path and status", labels=["path", "status"]
        )
        for (path, status), number in self._requests.items():
            family.add_metric([path, str(status)], number)
        return family

    def _latency_family(self) -> Metric:
        family = HistogramMetricFamily(
            "tipgraph_request_seconds", "Time from request to response", labels=["path"]
        )
        for path, buckets in self._buckets.items():
            total, cumulated = 0, []
            for limit, number in zip((*map(str, _BUCKETS), "+Inf"), buckets, strict=True):
                total += number
                cumulated.append((limit, total))
            family.add_metric([path], cumulated, self._seconds[path])
        return family

    @staticmethod
    def _worker_families(workers: Workers) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "tipgraph_queue_length", "Queries waiting for a worker", value=workers.waiting
        )
        yield GaugeMetricFamily(
            "tipgraph_workers_busy", "Workers evaluating a query", value=workers.busy
        )
        kills = CounterMetricFamily(
            "tipgraph_worker_ends", "Workers that ended before their time", labels=["reason"]
        )
        for reason in ("timeout", "abandoned", "share", "crash", "start"):
            kills.add_metric([reason], workers.kills[reason])
        yield kills

    @staticmethod
    def _endpoint_families(endpoint: Endpoint) -> Iterator[Metric]:
        queries = CounterMetricFamily(
            "tipgraph_endpoint_queries", "Queries to the endpoint", labels=["outcome"]
        )
        for outcome in ("answered", "refused", "slow", "unusable", "away"):
            queries.add_metric([outcome], endpoint.outcomes[outcome])
        yield queries
        yield GaugeMetricFamily(
            "tipgraph_endpoint_left_alone",
            "Whether the endpoint failed so often that it is not asked for a while",
            value=endpoint.is_left_alone,
        )
