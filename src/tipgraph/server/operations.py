"""For operators: whether the service lives, whether it is ready, what it counts."""

from typing import Protocol

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from tipgraph.server.metrics import Metrics


class Readiness(Protocol):
    """What is asked whether queries can be answered."""

    async def ready(self) -> bool:
        """Find out whether queries can be answered."""
        ...


def operations_router(metrics: Metrics, store: Readiness) -> APIRouter:
    """Make the routes /livez, /readyz and /metrics.

    Args:
        metrics: What is counted.
        store: Answers queries.
    """
    router = APIRouter(tags=["operations"], default_response_class=PlainTextResponse)

    @router.get("/livez", summary="Whether the process answers")
    async def livez() -> str:
        return "alive\n"

    @router.get("/readyz", summary="Whether queries are answered", responses={503: {}})
    async def readyz(response: Response) -> str:
        if await store.ready():
            return "ready\n"
        response.status_code = 503
        return "not ready: queries are not answered\n"

    @router.get("/metrics", summary="Counters, in Prometheus' text format")
    async def read_metrics() -> Response:
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router
