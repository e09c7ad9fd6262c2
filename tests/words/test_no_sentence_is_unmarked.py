"""Sentences of the sources that somebody reads stand in a call that marks them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.words.making import PYTHON_CALLS, ROOT

# Two words in a row, or one with a capital: what a code or a key does not look like.
SENTENCE = re.compile(r"[A-Za-z]{2,},? [a-zA-Z]{2,}|[A-Z][a-z]{3,}")
# Faults of the program itself, which nobody else sees.
OF_PROGRAMMERS = {"ValueError", "KeyError", "TypeError", "RuntimeError", "AssertionError"}
# By which text is looked for or taken apart, not said.
LOOKED_FOR = {"is_used", "is_made", "startswith", "endswith", "partition", "replace", "without"}
LOOKED_FOR |= {
    "removeprefix",
    "removesuffix",
    "after",
    "compile",
    "getLogger",
    "TypeVar",
    "legend",
    "annotate",
}
# What is the same in every language: fonts, fields of files, literature, TOML for programs.
SAME = {
    "app/report/figures/style.py",
    "app/report/figures/repeats.py",
    "app/report/page/pdf.py",
    "app/report/words/references.py",
    "app/report/words/design_text.py",
    "app/report/words/terms.py",
}
SEEN = ("app/report/figures", "app/report/page", "app/report/tables", "app/report/words")
# Where single words with a capital are names of DICOM's fields, formats and classes.
OF_FILES = ("app/bank", "app/films", "app/services/import_bank")
TWO_WORDS = re.compile(r"[A-Za-z]{2,},? [a-zA-Z]{2,}")
# Words of a method's name, which the methods section looks for, and keys of the record.
CODES = {
    # Of files: headings of known data sets, options of a command, who acts.
    "import sys; sys.path[:] = {path!r}; from app.films.decoder import serve; serve()",
    "PALETTE COLOR",
    "PresentationLUTShape INVERSE",
    "command line",
    "Real radiographs",
    "columns of their own names",
    "cfg scale",
    "model hash",
    "MIMIC-CXR without labels",
    '--value condition "No Finding=normal" --value condition "*=abnormal"',
    "NIH ChestX-ray14",
    "VinDr-CXR, annotations",
    "VinDr-CXR, labels",
    "JPEG XL",
    "no finding",
    "no findings",
    "support devices",
    "support device",
    "finding labels",
    "image index",
    "patient id",
    "patient gender",
    "patient age",
    "view position",
    "Bradley-Terry",
    "Inception-v3",
    "Obuchowski",
    "Rockette",
    "Wilson",
    "Woodruff",
    "export signed",
    "exported while not closed",
    "not estimable: ",
    "no interval: ",
    "logit scale",
    "exact test",
    "exact bound",
    "random readers",
    ", random readers",
    " difference of mean logarithms, random readers",
    "images in clusters",
    "readers within",
    "two-way jackknife",
    "jackknife over readers",
    "jackknife over cases",
}


def unmarked(source: str, looks: re.Pattern[str] = SENTENCE) -> Iterator[tuple[int, str]]:
    """Line and text of every literal that looks like a sentence and that nothing marks."""
    tree = ast.parse(source)
    known = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else ""
            name = function.attr if isinstance(function, ast.Attribute) else name
            if name in PYTHON_CALLS:
                known |= {id(one) for one in node.args[:2]}
            elif name in OF_PROGRAMMERS | LOOKED_FOR:
                known |= {id(one) for part in node.args for one in ast.walk(part)}
                known |= {id(one) for part in node.keywords for one in ast.walk(part.value)}
        elif isinstance(node, ast.Expr | ast.Subscript):
            part = node.value if isinstance(node, ast.Expr) else node.slice
            known |= {id(part)} if isinstance(part, ast.Constant) else set()
        elif isinstance(node, ast.Compare):
            known |= {id(one) for one in (node.left, *node.comparators)}
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            known |= {id(one) for one in ast.walk(node.annotation)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in known else None
        if isinstance(text, str) and looks.search(text) and text not in CODES:
            yield node.lineno, text


def files(folders: tuple[str, ...]) -> list[str]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    names = [path.relative_to(ROOT).as_posix() for path in paths]
    return [name for name in names if name not in SAME]


@pytest.mark.parametrize("name", files(SEEN))
def test_every_sentence_is_marked(name: str) -> None:
    assert list(unmarked(Path(ROOT / name).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", files(OF_FILES))
def test_every_sentence_on_a_file_is_marked(name: str) -> None:
    assert list(unmarked(Path(ROOT / name).read_text(encoding="utf-8"), TWO_WORDS)) == []


def test_an_unmarked_sentence_would_be_seen() -> None:
    source = 'a = said("Said words")\nb = [f"Number {a} of them"]\nc = "Alone"\nd = "a_code"\n'
    assert {text for _, text in unmarked(source)} == {"Number ", " of them", "Alone"}
