"""Collects the words of the sources into the catalogues and compiles these: `make words`.

    python -m app.words.making           brings new words into the catalogues and compiles them
    python -m app.words.making --check   says what is missing or out of date, with exit code 1

A language has one catalogue for each part of the sources, so that several people can translate at
once; compiled, they are one file for the server and one module for the browser. Runs in a checkout.
"""

import argparse
import ast
import io
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.words.language import CATALOGUES, ENGLISH, LANGUAGES

ROOT = CATALOGUES.parent.parent
BROWSER = ROOT / "static/words"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
# What of a template is filled in; one that has no letters beside it needs no translation.
FIELD = re.compile(r"\{[^{}]*\}")
LETTER = re.compile(r"[^\W\d_]")
# By which calls the sources mark their words.
PYTHON_CALLS = ("said", "said_many", "to_say")
TEMPLATE_CALLS = {"_": None, "gettext": None, "ngettext": (1, 2)}
BROWSER_CALLS = {"say": (1,), "sayMany": (1, 2)}
SOURCES = (("app", ".py"), ("app/protocols", ".toml"), ("templates", ".html"), ("static", ".js"))
# What begins like this belongs to that catalogue; the first that fits counts.
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "report",
        ("app/report/", "app/statistics/", "app/cli/", "templates/report", "templates/_report"),
    ),
    (
        "office",
        (
            "app/web/routes/api.py",
            "app/web/design_form/",
            "app/web/design_words.py",
            "app/web/known_words.py",
            "app/web/protocol_document.py",
            "app/web/record_words.py",
            "app/protocols/",
            "app/services/",
            "app/steps/",
            "app/bank/",
            "app/films/",
            "app/db/",
            "app/domain/design/",
            "static/design-form.js",
            "static/office.js",
            "static/report.js",
            "static/upload.js",
        ),
    ),
    ("reading", ("app/domain/", "app/web/", "static/")),
    ("errors", ("app/",)),
)
READING_TEMPLATES = (
    "_asked _blank_questions _break _case _film _help _help_button _keys_table _own_score "
    "_phase _practice_feedback _privacy_sections _question _read_films _reader_foot "
    "_reader_layout _reading_error _save_state _study_message _thanks _too_narrow _unsent_form "
    "_wait break case certificate certificate_sheet consent display_check display_result error "
    "instructions message phase practice_feedback privacy profile reading_error thanks wait "
    "withdraw withdrawn"
)


def part_of(path: str) -> str:
    """The catalogue that the words of the source file at `path` (from the root) belong to."""
    for part, beginnings in PARTS:
        if path.startswith(beginnings):
            return part
    return "reading" if Path(path).stem in READING_TEMPLATES.split() else "office"


def sources() -> Iterator[Path]:
    """Every file whose words somebody may see."""
    for folder, ending in SOURCES:
        for path in sorted((ROOT / folder).rglob(f"*{ending}")):
            below = path.relative_to(ROOT).parts
            if "vendor" not in below and below[:2] not in (("static", "words"), ("app", "words")):
                yield path


def extracted(paths: Iterable[Path]) -> dict[str, Catalog]:
    """The words of the sources, part by part; a message belongs to the first part that has it."""
    parts: dict[str, Catalog] = {}
    owner: dict[object, str] = {}
    for path in paths:
        name = path.relative_to(ROOT).as_posix()
        part = part_of(name)
        for message in messages_of(path):
            key = message if isinstance(message, str) else message[0]
            catalogue = parts.setdefault(owner.setdefault(key, part), Catalog(charset="utf-8"))
            catalogue.add(message, locations=[(name, 0)])
    return parts


def messages_of(path: Path) -> Iterator[str | tuple[str, ...]]:
    """What one source file says: a text, or its singular and plural.

    Raises SystemExit where Python says what is no literal, which nobody could translate.
    """
    if path.suffix == ".py":
        yield from _messages_of_python(path)
    elif path.suffix == ".toml":
        # Of a protocol this sentence is ours; the rest is told as it was published.
        yield str(tomllib.loads(path.read_text(encoding="utf-8"))["fill"]["asks"])
    elif path.suffix == ".html":
        options = {"trimmed": "true", "silent": "false"}
        for _, message, _, _ in extract_from_file(
            "jinja2", path, keywords=TEMPLATE_CALLS, options=options
        ):
            yield message
    else:
        for _, message, _, _ in extract_from_file("javascript", path, keywords=BROWSER_CALLS):
            yield message


def _messages_of_python(path: Path) -> Iterator[str | tuple[str, ...]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id not in PYTHON_CALLS:
            continue
        texts = node.args[: 2 if node.func.id == "said_many" else 1]
        words = [one.value for one in texts if isinstance(one, ast.Constant)]
        if len(words) != len(texts) or not all(isinstance(one, str) for one in words):
            raise SystemExit(f"{path}:{node.lineno}: `{node.func.id}` needs its words as literals.")
        if any(LETTER.search(FIELD.sub("", str(one))) for one in words):
            yield tuple(map(str, words)) if len(words) > 1 else str(words[0])


def catalogue_file(tag: str, part: str) -> Path:
    """Where the words of one part stand in one language."""
    return CATALOGUES / LANGUAGES[tag][1] / f"{part}.po"


def held(tag: str, part: str) -> Catalog:
    """The catalogue of one part as it stands; an empty one where there is none yet."""
    locale, path = LANGUAGES[tag][1], catalogue_file(tag, part)
    if not path.is_file():
        return Catalog(locale=locale, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=locale, charset="utf-8")


def renewed(tag: str, part: str, words: Catalog, known: Mapping[object, Message]) -> bytes:
    """The catalogue with the words of the sources: translations kept, old words gone."""
    catalogue = Catalog(locale=LANGUAGES[tag][1], charset="utf-8", header_comment="# " + part)
    for message in sorted(words, key=lambda one: (sorted(one.locations), str(one.id))):
        if not message.id:
            continue
        before = known.get(_key(message))
        files = sorted({(file, None) for file, _ in message.locations})
        same_shape = before is not None and before.pluralizable == message.pluralizable
        catalogue.add(
            message.id,
            before.string if before is not None and same_shape else None,
            locations=files,  # type: ignore[arg-type]
            user_comments=before.user_comments if before is not None else (),
        )
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=0, omit_header=True, include_lineno=False)
    return buffer.getvalue()


def compiled(tag: str, parts: Iterable[Catalog]) -> tuple[bytes, str]:
    """All parts as one: the server's file, and the browser's module with the words of static/."""
    whole = Catalog(
        locale=LANGUAGES[tag][1],
        charset="utf-8",
        fuzzy=False,
        # The file says when it was made, and shall be the same for the same words.
        creation_date=LONG_AGO,
        revision_date=LONG_AGO,
    )
    browser: dict[str, object] = {}
    for part in parts:
        for message in part:
            if not message.id or not is_translated(message):
                continue
            whole.add(message.id, message.string)
            if any(file.startswith("static/") for file, _ in message.locations):
                key = message.id if isinstance(message.id, str) else message.id[0]
                browser[key] = message.string
    buffer = io.BytesIO()
    write_mo(buffer, whole)
    words = json.dumps(browser, ensure_ascii=False, indent=1, sort_keys=True)
    return (
        buffer.getvalue(),
        f"// Made by `make words`; the words are changed in app/words.\nexport default {words};\n",
    )


def is_translated(message: Message) -> bool:
    """Whether every form of the message has words, and nobody doubts them."""
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return all(forms) and not message.fuzzy


def _key(message: Message) -> object:
    return message.id if isinstance(message.id, str) else message.id[0]


def made() -> tuple[dict[Path, bytes], list[str]]:
    """What every file of every language should hold, and each word that has no translation."""
    files: dict[Path, bytes] = {}
    holes: list[str] = []
    parts = extracted(sources())
    for tag in LANGUAGES:
        if tag == ENGLISH:
            continue
        names = {*parts, *(path.stem for path in (CATALOGUES / LANGUAGES[tag][1]).glob("*.po"))}
        known = {
            _key(message): message
            for part in sorted(names)
            for message in held(tag, part)
            if message.id
        }
        catalogues = []
        for part in sorted(parts):
            written = renewed(tag, part, parts[part], known)
            files[catalogue_file(tag, part)] = written
            catalogues.append(
                read_po(io.BytesIO(written), locale=LANGUAGES[tag][1], charset="utf-8")
            )
            holes += [
                f"{tag} {part}: {_key(one)!r}"
                for one in catalogues[-1]
                if one.id and not is_translated(one)
            ]
        binary, module = compiled(tag, catalogues)
        files[CATALOGUES / LANGUAGES[tag][1] / "negatoscope.mo"] = binary
        files[BROWSER / f"{tag}.js"] = module.encode()
    return files, holes


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="change nothing, tell what is missing")
    is_check = parser.parse_args(arguments).check
    files, holes = made()
    stale = [
        path
        for path, content in files.items()
        if not path.is_file() or path.read_bytes() != content
    ]
    if not is_check:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[path])
    for path in stale:
        print(f"{'out of date' if is_check else 'written'}: {path.relative_to(ROOT)}")
    for hole in holes:
        print(f"no translation: {hole}")
    print(f"{len(holes)} without a translation")
    return 1 if holes or (is_check and stale) else 0


if __name__ == "__main__":
    sys.exit(main())
