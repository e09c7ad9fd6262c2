"""Routes that are taken to pieces once: every test makes the app anew, and its routes are the same.

FastAPI reads an endpoint's parameters and models for each app that includes it, when it is first
asked: half of what an answer of a new app takes.
"""

from typing import Any

import pytest
from fastapi import routing

OURS = "app.web.routes."
_Kept = dict[tuple[int, str], tuple[Any, Any]]


def routes_are_built_once(patch: pytest.MonkeyPatch) -> None:
    """Share what FastAPI makes of the routes of `app.web.routes` between apps.

    It does not depend on the app: ours includes routers with nothing of its own, and no test sets
    `dependency_overrides`.
    """
    kept: _Kept = {}
    build = routing._EffectiveRouteContext.from_api_route

    def from_api_route(*, original_route: Any, include_context: Any) -> Any:
        if not original_route.endpoint.__module__.startswith(OURS):
            return build(original_route=original_route, include_context=include_context)
        key = (id(original_route), include_context.path_for(original_route))
        if key not in kept:
            context = build(original_route=original_route, include_context=include_context)
            # The route is held too, so that no other gets its number.
            kept[key] = original_route, context
        return kept[key][1]

    patch.setattr(routing._EffectiveRouteContext, "from_api_route", from_api_route)
