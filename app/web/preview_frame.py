"""A reader's page in the frame of a preview: its forms lead on and send nothing to a study."""

import re
from collections.abc import Sequence
from html import escape

from app.domain.design.design import MOST_PICTURES
from app.domain.said import said
from app.web.preview_desk import STAND_IN, PreviewPage
from app.words.language import Language

ADDRESS = "/studies/preview"
_FORM = re.compile(r'(<form\b[^>]*?)action="/read/[^"]*"([^>]*>)')
_HTMX = re.compile(r'\shx-[a-z:-]+="[^"]*"')
_PICTURE = re.compile(rf'/read/image/{STAND_IN}(?:/(\d+))?(?=")')
_REFERENCE = re.compile(r'/read/reference/\d+(?=")')
# The place after the last that a case can show.
REFERENCE_PLACE = MOST_PICTURES + 1
_TITLE, _NOTHING = said("Preview"), said("Nothing is stored.")
_PAGE, _SHOW, _NEXT = said("Page"), said("Show"), said("Next page")
_LEFT = re.compile(r'="/read[/"]')


def framed(
    html: str,
    *,
    design: str,
    pages: Sequence[PreviewPage],
    page: PreviewPage,
    csrf_token: str,
    picture_size: int,
    stylesheet: str,
    tongue: Language,
    root: str = "",
) -> str:
    """The page with a bar above it; every form shows the next page of the preview.

    `html` was rendered with addresses from the application's own root; `root` goes before them.
    `tongue` is that of the bar: the investigator's, whatever the reader's page speaks. `design` is
    the whole design as JSON: it travels in the forms, so that nothing is stored. Quotes
    in what people have typed are escaped in `html`, so that only the templates' own attributes are
    changed. Raises ValueError where an address of the reading pages is left.
    """
    after = pages[min(pages.index(page) + 1, len(pages) - 1)]
    hidden = _hidden("design", design) + _hidden("page", after.name)
    html = _HTMX.sub("", html)
    address = root + ADDRESS
    html = _FORM.sub(rf'\1action="{address}"\2', html)
    html = re.sub(rf'(action="{address}"[^>]*>)', lambda form: form[1] + hidden, html)
    html = _PICTURE.sub(lambda one: f"{address}/picture/{picture_size}/{one[1] or 1}", html)
    html = _REFERENCE.sub(f"{address}/picture/{picture_size}/{REFERENCE_PLACE}", html)
    if _LEFT.search(html):
        raise ValueError("a page of a preview leads to the reading pages")
    bar = _bar(address, design, pages, page, after, csrf_token, tongue)
    html = html.replace("<title>", f"<title>{escape(tongue.say(_TITLE))}: ", 1)
    html = html.replace("</head>", f'<link rel="stylesheet" href="{stylesheet}">\n</head>', 1)
    return re.sub(r"<body[^>]*>", lambda body: body[0] + bar, html, count=1)


def _bar(
    address: str,
    design: str,
    pages: Sequence[PreviewPage],
    page: PreviewPage,
    after: PreviewPage,
    csrf_token: str,
    tongue: Language,
) -> str:
    def told(sentence: str) -> str:
        return escape(tongue.say(sentence))

    options = "".join(
        f'<option value="{one.name}"{" selected" if one == page else ""}>{told(one.label)}</option>'
        for one in pages
    )
    onwards = (
        ""
        if after == page
        else f'<button type="submit" name="next" value="{after.name}">{told(_NEXT)}</button>'
    )
    return (
        f'<aside class="preview-bar" aria-label="{told(_TITLE)}" lang="{tongue.tag}">'
        f'<form method="post" action="{address}">'
        f"{_hidden('csrf_token', csrf_token)}{_hidden('design', design)}"
        f"<strong>{told(_TITLE)}</strong> <span>{told(_NOTHING)}</span>"
        f'<label><span class="visually-hidden">{told(_PAGE)}</span> '
        f'<select name="page" autocomplete="off">{options}</select></label>'
        f'<button type="submit">{told(_SHOW)}</button>{onwards}</form></aside>'
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'
