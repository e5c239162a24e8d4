"""The application: routes, what guards them, and how errors are answered."""

import re

from fastapi import Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount

import wiring
from core.settings import settings
from web import assets, errors, metrics
from web.api.app import PREFIX, create_api
from web.deps import check_form
from web.live import Hub
from web.routes import (
    accounts,
    activating,
    analytics,
    appearance,
    audit,
    calendars,
    candidates,
    capabilities,
    cases,
    chain_drafts,
    chain_runs,
    chains,
    committees,
    cycles,
    decrees,
    deeds,
    delegations,
    directory,
    erasures,
    events,
    files,
    group,
    health,
    imports,
    inbox,
    interface,
    launch,
    ledger,
    links,
    login,
    mail,
    mail_back,
    mail_wishes,
    mailed_files,
    many,
    mine,
    mydata,
    oidc,
    operator,
    operator_mail,
    outside,
    oversight,
    presence,
    proposals,
    public,
    questions,
    reassigning,
    relations,
    second,
    staff,
    tasks,
    tokens,
    transfers,
    viewing,
    webhooks,
)
from web.security import BodyLimit, SecurityHeaders, allowed_hosts

PAGES = (
    tasks,
    inbox,
    erasures,
    events,
    many,
    group,
    appearance,
    public,
    login,
    second,
    oidc,
    activating,
    links,
    mailed_files,
    cases,
    mine,
    mydata,
    mail_wishes,
    presence,
    accounts,
    directory,
    imports,
    launch,
    chains,
    chain_drafts,
    chain_runs,
    proposals,
    candidates,
    cycles,
    decrees,
    files,
    viewing,
    calendars,
    outside,
    operator,
    operator_mail,
    oversight,
    audit,
    ledger,
    analytics,
    staff,
    committees,
    relations,
    capabilities,
    delegations,
    deeds,
    questions,
    reassigning,
    tokens,
    transfers,
    webhooks,
    interface,
)
"""What is asked for most comes first: an address is compared with one after the other."""


def for_programs() -> Mount:
    """The interface for programs; an address with a line's end in it is under it too."""
    mounted = Mount(PREFIX, create_api())
    mounted.path_regex = re.compile(mounted.path_regex.pattern, re.DOTALL)
    return mounted


def create_app() -> FastAPI:
    """The pages over the composed rooms. Made once a process, after the settings are there."""
    wiring.wire(metrics.subscriber)
    metrics.install()
    app = FastAPI(title="Mufakat", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.hub = Hub(wiring.directory)
    app.include_router(health.router)
    app.include_router(assets.router)
    app.include_router(mail_back.router, include_in_schema=False)
    for noun in (*PAGES, mail) if settings().demo else PAGES:
        app.include_router(noun.router, dependencies=[Depends(check_form)], include_in_schema=False)
    app.router.routes.append(for_programs())
    errors.install(app)
    # the last one added is the first that a request meets
    app.add_middleware(BodyLimit, page=errors.on_our_own)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts(), www_redirect=False)
    app.add_middleware(metrics.Measured)
    return app
