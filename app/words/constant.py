"""Templates that look nothing up while a page is rendered: their own words are said beforehand.

A page has some forty words of its own, and each is the same whenever it is asked for. An
environment speaks one language, so that a word without fields can stand in the compiled template
as it is said there; and a template that others always include is compiled into them.
"""

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer

_MARKS = ("_", "gettext")


def say_beforehand(env: Environment, say: Callable[[str], str]) -> None:
    """Let `env` compile ``_("...")`` and ``{% trans %}`` without fields into what `say` gives.

    ``{% include "..." %}`` of one template by its name is compiled in as well, so that an error in
    it is told by the place in the one that includes it.
    """

    class Generator(CodeGenerator):
        """Jinja's own, over a template of constants; `says` is what they were said with."""

        says = staticmethod(say)

        def visit_Template(self, node: nodes.Template, frame: Any = None) -> None:  # noqa: N802
            super().visit_Template(_Constants(env, say).visit(node), frame)

    env.code_generator_class = Generator


class _Constants(NodeTransformer):
    """The same template, with what is known of it beforehand; jinja2 names the methods."""

    def __init__(self, env: Environment, say: Callable[[str], str]) -> None:
        self._env = env
        self._say = say

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        """A marked word without fields, as it is said."""
        self.generic_visit(node)
        message = _word_of(node)
        if message is None:
            return node
        # As jinja2.ext does with what has fields: a percent sign is written as two.
        said = self._say(message) % {}
        return nodes.MarkSafeIfAutoescape(nodes.Const(said, lineno=node.lineno), lineno=node.lineno)

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802
        """The included template in a scope of its own: what it sets stays in it."""
        named = node.template
        if (
            not isinstance(named, nodes.Const)
            or not isinstance(named.value, str)
            or node.ignore_missing
            or not node.with_context
            or self._env.loader is None
        ):
            return node
        source, filename, _ = self._env.loader.get_source(self._env, named.value)
        included = self._env.parse(source, named.value, filename)
        if next(included.find_all((nodes.Block, nodes.Extends)), None) is not None:
            return node
        body = [self.visit(one) for one in included.body]
        return nodes.Scope(body, lineno=node.lineno)


def _word_of(call: nodes.Call) -> str | None:
    marks = isinstance(call.node, nodes.Name) and call.node.name in _MARKS
    if not marks or call.kwargs or call.dyn_args or call.dyn_kwargs or len(call.args) != 1:
        return None
    word = call.args[0]
    return word.value if isinstance(word, nodes.Const) and isinstance(word.value, str) else None
