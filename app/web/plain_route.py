"""Routes that are asked with every case: a request and the fields of its form, and no more.

FastAPI solves a route's dependencies anew with each request, and looks twice for a route of a
router that was included. Both cost more than reading the form; so these routes say what they take
by their parameters alone, and stand in the application itself.
"""

import inspect
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from app.web.forms import form_fields


class PlainRoute(APIRoute):
    """A route whose function takes the request, or the request and its form.

    One that takes anything else, such as a part of the path, is answered as FastAPI does.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request, in a thread."""
        endpoint = self.endpoint
        takes = list(inspect.signature(endpoint).parameters)
        if takes == ["request"]:

            async def answer(request: Request) -> Response:
                return await run_in_threadpool(endpoint, request)

            return answer
        if takes == ["request", "form"]:

            async def answer_form(request: Request) -> Response:
                return await run_in_threadpool(endpoint, request, await form_fields(request))

            return answer_form
        return super().get_route_handler()


def stand_directly(app: FastAPI, router: APIRouter) -> None:
    """Let the application ask the routes of `router` themselves, after those that it has already.

    Without what an inclusion could add: the router's routes must need no prefix or dependency.
    """
    app.router.routes.extend(router.routes)
