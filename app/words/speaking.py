"""Templates that speak one language."""

from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from app.domain.said import Cited, Numeral, Said, Worded
from app.words.constant import say_beforehand
from app.words.language import LANGUAGES, Language


def speak(env: Environment, tongue: Language) -> None:
    """Let every template of `env` speak `tongue`.

    Templates mark their own words with ``_("...")`` and ``{% trans %}``. What Python wrote with
    `said` is said anew wherever it is put into a page. ``day``, ``moment``, ``number`` and
    ``typed`` write in the language's way.
    """
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        tongue.gettext, tongue.ngettext, newstyle=True
    )

    def told(value: Any) -> Any:
        return tongue.say(value) if isinstance(value, Said | Numeral | Cited | Worded) else value

    # What is filled into a translated text is said anew as well.
    whole: Any = env.globals["gettext"]
    counted: Any = env.globals["ngettext"]

    @pass_context
    def gettext(context: Context, message: str, /, **fields: Any) -> Any:
        return whole(context, message, **{name: told(one) for name, one in fields.items()})

    @pass_context
    def ngettext(context: Context, one: str, many: str, count: int, /, **fields: Any) -> Any:
        named = {name: told(field) for name, field in fields.items()}
        return counted(context, one, many, count, **named)

    env.globals["gettext"], env.globals["ngettext"] = gettext, ngettext
    say_beforehand(env, tongue.gettext)
    env.finalize = told
    env.filters["said"] = told
    env.filters["day"] = tongue.day
    env.filters["moment"] = tongue.moment
    env.filters["number"] = tongue.number
    env.filters["typed"] = tongue.typed
    env.globals["language"] = tongue.tag
    env.globals["languages"] = {tag: name for tag, (name, _) in LANGUAGES.items()}
