"""The report as one HTML file that needs nothing beside it."""

import base64
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.report.figures.style import MEDIA_TYPES, Ending
from app.report.page.view import ReportView
from app.words.language import ENGLISH, Language, language
from app.words.speaking import speak


def report_document(
    view: ReportView, *, templates: Path, static: Path, now: datetime, tongue: str = ENGLISH
) -> str:
    """Figures embedded as SVG, the style written into the page, no script.

    Parameters
    ----------
    view : ReportView
    templates, static : Path
        The folders of the web application's templates and style sheets.
    now : datetime
        The moment that the document says it was made at.
    tongue : str
        The language it speaks, one of app.words.language.LANGUAGES.
    """
    return document_html(
        view, templates=templates, static=static, now=now, folds=True, tongue=tongue
    )


def document_html(
    view: ReportView,
    *,
    templates: Path,
    static: Path,
    now: datetime,
    folds: bool,
    more_style: str = "",
    tongue: str = ENGLISH,
) -> str:
    """The same, folded or with every part open, with more style after the pages' own."""
    styles = [
        (static / name).read_text(encoding="utf-8")
        for name in ("foundation.css", "office.css", "report.css")
    ]
    template = _speaking(templates, language(tongue)).get_template("report_document.html")
    return template.render(
        report=view,
        style="\n".join((*styles, more_style)),
        now=now,
        folds=folds,
        figure_url=lambda name, ending: figure_data(view, name, ending, tongue),
    )


@lru_cache(maxsize=8)
def _speaking(templates: Path, tongue: Language) -> Environment:
    """The templates in a language, compiled once: that takes longer than to fill them in."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    speak(environment, tongue)
    return environment


def figure_data(view: ReportView, name: str, ending: Ending, tongue: str = ENGLISH) -> str:
    """A figure as a data: URL."""
    content = base64.b64encode(view.figures[name].file(ending, tongue)).decode("ascii")
    return f"data:{MEDIA_TYPES[ending]};base64,{content}"
