"""A page's own words and its parts stand in the compiled template."""

import pytest
from jinja2 import DictLoader, Environment, TemplateNotFound

from app.domain.said import said
from app.words.constant import say_beforehand
from app.words.language import language
from app.words.speaking import speak


@pytest.fixture(autouse=True, scope="module")
def backend() -> None:
    """No database has anything to do with it."""


def spoken(tag: str = "pt-BR", **templates: str) -> Environment:
    env = Environment(loader=DictLoader(templates), autoescape=True)
    speak(env, language(tag))
    return env


def code(env: Environment, name: str) -> str:
    loader = env.loader
    assert loader is not None
    return str(env.compile(loader.get_source(env, name)[0], name, raw=True))


def test_a_word_without_fields_is_looked_up_when_the_template_is_compiled() -> None:
    env = spoken(page='<p title="{{ _("Submit") }}">{% trans %}Help{% endtrans %}</p>')
    compiled = code(env, "page")
    assert "Enviar" in compiled
    assert "Submit" not in compiled
    assert "context.call" not in compiled
    assert env.get_template("page").render() == '<p title="Enviar">Ajuda</p>'


def test_a_word_within_a_condition_and_one_with_fields_are_said_as_before() -> None:
    env = spoken(
        page='{{ _("Save change") if late else _("Submit") }}'
        '{{ _("Case %(position)s of %(total)s", position=1, total="<2>") }}'
    )
    both = {late: env.get_template("page").render(late=late) for late in (True, False)}
    assert both[False] == "EnviarCaso 1 de &lt;2&gt;"
    assert both[True].startswith("Salvar")


def test_marks_in_a_translation_stay_marks_and_percent_signs_are_written_twice() -> None:
    env = spoken("en", page='{{ _("<b>a</b> & 5 %%") }}{{ word }}')
    assert env.get_template("page").render(word=said("<i>")) == "<b>a</b> & 5 %&lt;i&gt;"


def test_an_included_template_sees_what_is_set_and_keeps_what_it_sets() -> None:
    env = spoken(
        "en",
        page='{% set a = 1 %}{% for n in [2, 3] %}{% include "part" %}{% endfor %}[{{ a }}{{ c }}]',
        part="{{ a }}{{ b }}{{ n }}{% if d is defined %}{{ d }}{% endif %}{% set a = 9 %};",
    )
    assert "part" not in code(env, "page").replace("blocks", "")
    assert env.get_template("page").render(b="B", c="C") == "1B2;1B3;[1C]"
    assert env.get_template("page").render(b="B", c="C", d="D") == "1B2D;1B3D;[1C]"


def test_an_include_that_is_chosen_while_rendering_or_may_be_missing_is_left() -> None:
    env = spoken(
        "en",
        chosen="{% include name %}",
        missing='{% include "none" ignore missing %}.',
        wrong='{% include "none" %}',
        alone='{% set a = 1 %}{% include "part" without context %}',
        part="{{ a is defined }}",
    )
    assert env.get_template("chosen").render(name="part") == "False"
    assert env.get_template("missing").render() == "."
    assert env.get_template("alone").render() == "False"
    with pytest.raises(TemplateNotFound, match="none"):
        env.get_template("wrong")


def test_without_escaping_a_word_is_plain_text() -> None:
    env = Environment(loader=DictLoader({"page": '{{ _("a") ~ "<" }}'}))
    env.add_extension("jinja2.ext.i18n")
    say_beforehand(env, str.upper)
    assert env.get_template("page").render() == "A<"
