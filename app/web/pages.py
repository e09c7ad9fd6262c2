"""Rendering templates: a page, or for htmx the partial that is its middle."""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from starlette.templating import Jinja2Templates

from app.domain.conditions import usual_first
from app.domain.errors import BadInput
from app.domain.said import said
from app.films.film import GREY_WORDS
from app.web.known_words import known_actor, known_word
from app.web.spoken import spoken
from app.words.language import ENGLISH, LANGUAGES, Language, language, nearest
from app.words.speaking import speak

_STATIC = re.compile(r"""static\(\s*["']([^"']+)["']""")

MOST_FRAGMENTS = 256
# Parts of pages that ask anew every few seconds, by the ids that their templates give them.
RENEWED = frozenset({"conduct", "how-far", "state", "studies"})


class Fragments:
    """Parts of pages in one language that are long and the same on many."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._fragments: dict[tuple[str, int], tuple[object, Markup]] = {}

    def kept(self, name: str, subject: object) -> Markup:
        """The template `name` over `subject` and nothing else, rendered once for each subject.

        A subject is known again by being the very same object, which is held here so that no other
        can take its place.
        """
        key = (name, id(subject))
        known = self._fragments.get(key)
        if known is None:
            template = self._env.get_template(name)
            known = (subject, Markup(template.render(subject=subject)))  # noqa: S704 - escaped there
            if len(self._fragments) >= MOST_FRAGMENTS:
                self._fragments.clear()
            self._fragments[key] = known
        return known[1]


class Pages:
    """The templates of one folder and the static files of another."""

    def __init__(self, templates: Path, static: Path, root: str = "") -> None:
        """With `root` before every address: the path below which the application is served."""
        self._folder = templates
        self._static = static
        self.root = root
        self.address_of = cache(self._static_url)
        # One environment a language: a template is compiled once for each, and kept in it.
        self._spoken: dict[str, Jinja2Templates] = {}

    def _templates(self, tag: str) -> Jinja2Templates:
        known = self._spoken.get(tag)
        if known is None:
            known = self._spoken.setdefault(tag, self._in_language(language(tag)))
        return known

    def _in_language(self, tongue: Language) -> Jinja2Templates:
        templates = Jinja2Templates(directory=self._folder)
        env = templates.env
        env.undefined = StrictUndefined
        env.trim_blocks = env.lstrip_blocks = True
        # They are read once: no page asks the disk whether one has changed meanwhile.
        env.auto_reload = False
        speak(env, tongue)
        env.filters["grey"] = lambda mapping: tongue.say(GREY_WORDS.get(mapping, mapping))
        env.filters["word"] = lambda word: tongue.say(known_word(word))
        env.filters["usual_first"] = usual_first
        env.filters["actor"] = lambda name: tongue.say(known_actor(name))
        env.filters["said_in"] = lambda sentence, tag: language(nearest([tag]) or ENGLISH).say(
            sentence
        )
        env.globals["static"] = self.address_of
        env.globals["root"] = self.root
        env.globals["kept"] = Fragments(env).kept
        env.globals["words_url"] = (
            "" if tongue.tag == ENGLISH else self.address_of(_words_of(tongue.tag))
        )
        return templates

    def ensure_whole(self) -> None:
        """Raise BadInput for a file that a template names and that is not there.

        Without it every page would be an error, from the first reader's on.
        """
        env = self._templates(ENGLISH).env
        for name in env.list_templates():
            source = env.loader.get_source(env, name)[0] if env.loader else ""
            for path in _STATIC.findall(source):
                self._ensure_there(path)
        for tag in LANGUAGES:
            if tag != ENGLISH:
                self._ensure_there(_words_of(tag))
            self._templates(tag)

    def _ensure_there(self, path: str) -> None:
        if not (self._static / path).is_file():
            raise BadInput(
                said(
                    "{static} is missing, which the pages need; install the project again (pip "
                    "install -e . in a checkout), which puts it there.",
                    static=self._static / path,
                )
            )

    def render(
        self, request: Request, name: str, context: Mapping[str, Any], status: int = 200
    ) -> HTMLResponse:
        """Answer with the template `name`; nothing of it is kept by caches."""
        template = self._templates(spoken(request, context)).env.get_template(name)
        return HTMLResponse(
            template.render(request=request, **context),
            status_code=status,
            headers={"Cache-Control": "no-store", "Vary": "HX-Request"},
        )

    def page_or_partial(
        self, request: Request, name: str, context: Mapping[str, Any], status: int = 200
    ) -> HTMLResponse:
        """`case.html` for a browser, `_case.html` for htmx swapping the middle of it."""
        return self.render(request, f"_{name}" if is_htmx(request) else name, context, status)

    def _static_url(self, path: str) -> str:
        content = (self._static / path).read_bytes()
        return f"{self.root}/static/{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _words_of(tag: str) -> str:
    return f"words/{tag}.js"


def is_htmx(request: Request) -> bool:
    """Whether htmx asks and will swap a part of the page."""
    return request.headers.get("HX-Request") == "true"


def renews_itself(request: Request) -> bool:
    """Whether a part of an open page asks by itself, with nobody at it, how things stand now."""
    return request.headers.get("HX-Trigger") in RENEWED
