"""What a supervisor and a load balancer ask."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import PlainTextResponse, Response

from core.database import transaction
from core.errors import NotFound
from web import metrics

router = APIRouter()


@router.get("/healthz", include_in_schema=False)
def alive() -> PlainTextResponse:
    """This process answers."""
    return PlainTextResponse("ok")


@router.get("/metrics", include_in_schema=False)
def figures(request: Request) -> Response:
    """Figures for Prometheus, for this machine or by their token; to others there is no such page."""
    if not metrics.may_read(request):
        raise NotFound
    return Response(metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


@router.get("/readyz", include_in_schema=False)
def ready() -> PlainTextResponse:
    """This process answers, and reaches its database."""
    try:
        with transaction() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return PlainTextResponse("the database does not answer", status_code=503)
    return PlainTextResponse("ready")
