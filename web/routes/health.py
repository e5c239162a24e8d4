"""What a supervisor and a load balancer ask."""

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import PlainTextResponse

from core.database import transaction

router = APIRouter()


@router.get("/healthz", include_in_schema=False)
def alive() -> PlainTextResponse:
    """This process answers."""
    return PlainTextResponse("ok")


@router.get("/readyz", include_in_schema=False)
def ready() -> PlainTextResponse:
    """This process answers, and reaches its database."""
    try:
        with transaction() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return PlainTextResponse("the database does not answer", status_code=503)
    return PlainTextResponse("ready")
