"""What is noted of a film or refused comes out of the decoder's process as it was said."""

import io
import json

import pytest
from PIL import Image

from app.bank.uploads import UploadState
from app.domain.errors import BadImage
from app.domain.kept import kept
from app.domain.said import Said, said
from app.films.notes import Note, read_note
from app.films.reader import read_film
from app.web.bank_imports import told_state
from app.words.language import language


def transparent() -> bytes:
    file = io.BytesIO()
    picture = Image.linear_gradient("L").convert("RGBA")
    picture.putalpha(128)
    picture.save(file, "PNG")
    return file.getvalue()


def test_a_note_is_said_in_any_language() -> None:
    (note,) = [one for one in read_film(transparent(), "x.png").notes if one.kind == "transparent"]
    assert note.text == "has transparent parts, which are laid over black"
    assert language("es").say(note.text) == "tiene partes transparentes, puestas sobre fondo negro"
    assert language("pt-BR").say(note.text).startswith("tem partes transparentes")


def test_a_refusal_is_said_in_any_language() -> None:
    with pytest.raises(BadImage) as refused:
        read_film(b"GIF89a" + bytes(200), "a.gif")
    assert str(refused.value).startswith("a.gif: is a GIF, which holds 256 colours")
    spanish = language("es").say(refused.value.sentence)
    assert spanish.startswith("a.gif: es un GIF, que admite 256 colores")
    assert "por ejemplo con ImageMagick" in spanish


def test_a_note_that_was_kept_before_its_parts_says_what_it_stored() -> None:
    assert read_note(["soft", "has less detail"]) == Note("soft", "has less detail")
    assert not isinstance(read_note(["soft", "has less detail", None]).text, Said)
    with pytest.raises(ValueError, match="no kind of note"):
        read_note(["unknown", "text"])


def test_what_an_import_did_is_kept_and_said() -> None:
    refused = said("line {line}, {file}: {reason}", line=3, file="a.png", reason=said("is empty"))
    failed = said("The bank is in use.")
    state = UploadState(
        "ada",
        "2026-11-27",
        sentence=failed,
        sentence_made_of=kept([failed])[0],
        summary={
            "refused": [refused],
            "refused_made_of": kept([refused]),
            "alike": [],
            "notes": {"lateral": 2},
        },
    )
    again = told_state(UploadState(**json.loads(json.dumps(vars(state)))))
    assert language("es").say(again.summary["refused"][0]) == "línea 3, a.png: está vacío"
    ((words, count),) = again.summary["notes"].items()
    assert (language("es").say(words), count) != ("lateral view", 2)
    older = UploadState("ada", "2026-11-27", summary={"refused": ["line 1, b: is empty"]})
    assert told_state(older).summary["refused"] == ("line 1, b: is empty",)
