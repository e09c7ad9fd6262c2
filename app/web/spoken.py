"""In which language a page speaks: a study's for its readers, else what was chosen."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from app.words.language import ENGLISH, LANGUAGES, nearest

LANGUAGE_COOKIE = "negatoscope_language"


def spoken(request: Request, context: Mapping[str, Any] | None = None) -> str:
    """The tag, one of `LANGUAGES`, of the page that answers this request.

    A reader's page speaks the language of its study, so that all of its readers see the same words;
    other pages what their address names (``?language=pt-BR``), else what was chosen in this
    browser, else what the browser asks for.
    """
    study = (context or {}).get("study_language") or getattr(request.state, "study_language", None)
    if study is not None:
        return nearest([study]) or ENGLISH
    asked = request.query_params.get("language")
    if asked is not None and asked in LANGUAGES:
        return asked
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen is not None and chosen in LANGUAGES:
        return chosen
    return nearest(_liked(request.headers.get("Accept-Language", ""))) or ENGLISH


def in_language(request: Request) -> str:
    """What an address ends in that shall speak as this page does, and is kept; none for English."""
    tag = spoken(request)
    return "" if tag == ENGLISH else f"?language={tag}"


def _liked(header: str) -> list[str]:
    """The tags of an Accept-Language header, best first; what can't be read is passed over."""
    liked: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if tag and weight > 0:
            liked.append((weight, tag))
    return [tag for _, tag in sorted(liked, key=lambda one: -one[0])]
