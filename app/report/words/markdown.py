"""Words of somebody else's in a Markdown text: a renderer shows them as they were typed."""

import re

from app.domain.said import Cited, Numeral, Said, in_each

# CommonMark 0.31: a backslash takes its meaning from any mark. Only what would mean something is
# given one, so that the text itself stays easy to read.
_INLINE = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~])          # a backslash before a mark
    | [*`]
    | ~(?=~) | (?<=~)~
    | (?<![^\W_])_ | _(?![^\W_])               # within a word it means nothing
    | <(?=[A-Za-z/!?])                 # HTML, or an address
    | &(?=\#?\w+;)                     # a named letter
    | \[(?=[^\[\]]*\](?:\(|\[|:))      # a link, or where one leads
    """,
    re.VERBOSE,
)
_LIST = re.compile(r"([-+]|\d{1,9}[.)])(?=\s|$)")
_BLOCK = re.compile(r"#{1,6}(?=\s|$)|>")


def typed(text: str) -> str:
    """A text, what fills a sentence of `app.domain.said` included, so that Markdown reads it as is.

    Templates are ours and may hold Markdown; so may a plain text that cites references.
    """
    if isinstance(text, Cited):
        sentence = text.sentence
        return Cited(typed(sentence), text.numbers) if isinstance(sentence, Said) else text
    if isinstance(text, Said):
        fields = {
            name: typed(one) if isinstance(one, str) else one for name, one in text.fields.items()
        }
        return Said(text.template, text.plural, fields)
    return text if isinstance(text, Numeral) else in_each(text, _of_a_line)


def typed_prose(text: str) -> str:
    """A text of several lines; lists stay lists, everything else is shown as it was typed."""
    return "\n".join(_inline(line) for line in text.split("\n"))


def code(text: str) -> str:
    """A text that `typed` leaves between backticks: a digest, a short name, a key."""
    return Said("`" + text.replace("{", "{{").replace("}", "}}") + "`", "", {})


def _of_a_line(text: str) -> str:
    marked = _inline(text)
    begun = _LIST.match(marked)
    if begun is None:
        return marked
    return f"{marked[: begun.end() - 1]}\\{marked[begun.end() - 1 :]}"


def _inline(text: str) -> str:
    marked = _INLINE.sub(lambda mark: f"\\{mark[0]}", text)
    return f"\\{marked}" if _BLOCK.match(marked) else marked
