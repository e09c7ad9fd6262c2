"""The words that questions have unless a design brings its own, in the languages of studies.

They become part of the design, which is stored in full: what readers saw does not change with a
later version. So they stand here, and not among the catalogues of the pages.
"""

from collections.abc import Mapping
from typing import Any

from app.domain.questions.question import Option

# By the first part of a language's tag, by the English words.
HOUSE_WORDS: Mapping[str, Mapping[str, str]] = {
    "pt": {
        "How realistic is it?": "Quão realista ela é?",
        "Not at all realistic": "Nada realista",
        "Slightly realistic": "Pouco realista",
        "Moderately realistic": "Moderadamente realista",
        "Very realistic": "Muito realista",
        "Like a real radiograph": "Como uma radiografia real",
        "How good is the technical quality of this image?": (
            "Quão boa é a qualidade técnica desta imagem?"
        ),
        "Not usable": "Inutilizável",
        "Excellent": "Excelente",
        "Real or synthetic?": "Real ou sintética?",
        "Real": "Real",
        "Synthetic": "Sintética",
        "Certainly real": "Certamente real",
        "Probably real": "Provavelmente real",
        "Possibly real": "Possivelmente real",
        "Possibly synthetic": "Possivelmente sintética",
        "Probably synthetic": "Provavelmente sintética",
        "Certainly synthetic": "Certamente sintética",
        "How sure are you?": "Quanta certeza você tem?",
        "Guessing": "Palpite",
        "Unsure": "Pouca certeza",
        "Fairly sure": "Certeza razoável",
        "Sure": "Muita certeza",
        "Certain": "Certeza absoluta",
        "Absent": "Ausente",
        "Present": "Presente",
        "Definitely absent": "Com certeza ausente",
        "Probably absent": "Provavelmente ausente",
        "Undecided": "Em dúvida",
        "Probably present": "Provavelmente presente",
        "Definitely present": "Com certeza presente",
        "How well does the image agree with the text beside it?": (
            "Quanto a imagem concorda com o texto ao lado?"
        ),
        "Not at all": "Nada",
        "Completely": "Totalmente",
        "Which image looks more realistic?": "Qual imagem parece mais realista?",
        "Which image is the real one?": "Qual imagem é a real?",
        "What gives it away?": "O que a denuncia?",
        "Unnatural symmetry": "Simetria não natural",
        "Uniform or missing grain": "Granulação uniforme ou ausente",
        "Over-smooth bone": "Osso liso demais",
        "Broken, doubled or missing rib": "Costela interrompida, duplicada ou ausente",
        "Vessels that break off or do not branch": "Vasos que se interrompem ou não se ramificam",
        "Heart or diaphragm of impossible shape": "Coração ou diafragma de forma impossível",
        "Wrong side": "Lado trocado",
        "Device nonsense": "Dispositivo sem sentido",
        "Garbled letters or marker": "Letras ou marcador deformados",
        "Black frame or tilt": "Moldura preta ou inclinação",
        "None seen": "Nenhum visto",
        "Mark where you see it.": "Marque onde você vê.",
        "Nothing to mark": "Nada a marcar",
        "Did anything about these images strike you?": ("Algo nestas imagens chamou sua atenção?"),
        "No": "Não",
        "Yes": "Sim",
        "Comment (optional)": "Comentário (opcional)",
    },
    "es": {
        "How realistic is it?": "¿Qué tan realista es?",
        "Not at all realistic": "Nada realista",
        "Slightly realistic": "Poco realista",
        "Moderately realistic": "Moderadamente realista",
        "Very realistic": "Muy realista",
        "Like a real radiograph": "Como una radiografía real",
        "How good is the technical quality of this image?": (
            "¿Qué tan buena es la calidad técnica de esta imagen?"
        ),
        "Not usable": "Inutilizable",
        "Excellent": "Excelente",
        "Real or synthetic?": "¿Real o sintética?",
        "Real": "Real",
        "Synthetic": "Sintética",
        "Certainly real": "Ciertamente real",
        "Probably real": "Probablemente real",
        "Possibly real": "Posiblemente real",
        "Possibly synthetic": "Posiblemente sintética",
        "Probably synthetic": "Probablemente sintética",
        "Certainly synthetic": "Ciertamente sintética",
        "How sure are you?": "¿Qué tan seguro está usted?",
        "Guessing": "Adivinando",
        "Unsure": "Poca certeza",
        "Fairly sure": "Certeza razonable",
        "Sure": "Mucha certeza",
        "Certain": "Certeza absoluta",
        "Absent": "Ausente",
        "Present": "Presente",
        "Definitely absent": "Ausente con seguridad",
        "Probably absent": "Probablemente ausente",
        "Undecided": "En duda",
        "Probably present": "Probablemente presente",
        "Definitely present": "Presente con seguridad",
        "How well does the image agree with the text beside it?": (
            "¿Cuánto concuerda la imagen con el texto que la acompaña?"
        ),
        "Not at all": "Nada",
        "Completely": "Totalmente",
        "Which image looks more realistic?": "¿Qué imagen parece más realista?",
        "Which image is the real one?": "¿Cuál es la imagen real?",
        "What gives it away?": "¿Qué la delata?",
        "Unnatural symmetry": "Simetría no natural",
        "Uniform or missing grain": "Grano uniforme o ausente",
        "Over-smooth bone": "Hueso demasiado liso",
        "Broken, doubled or missing rib": "Costilla interrumpida, duplicada o ausente",
        "Vessels that break off or do not branch": "Vasos que se interrumpen o no se ramifican",
        "Heart or diaphragm of impossible shape": "Corazón o diafragma de forma imposible",
        "Wrong side": "Lado equivocado",
        "Device nonsense": "Dispositivo sin sentido",
        "Garbled letters or marker": "Letras o marcador deformados",
        "Black frame or tilt": "Marco negro o inclinación",
        "None seen": "Ninguno visto",
        "Mark where you see it.": "Marque dónde lo ve.",
        "Nothing to mark": "Nada que marcar",
        "Did anything about these images strike you?": (
            "¿Algo de estas imágenes le llamó la atención?"
        ),
        "No": "No",
        "Yes": "Sí",
        "Comment (optional)": "Comentario (opcional)",
    },
}
# The letter of an answer, where another begins its word.
HOUSE_KEYS: Mapping[str, Mapping[str, str]] = {"pt": {"Yes": "s"}, "es": {"Yes": "s"}}


def in_language(text: str, language: str) -> str:
    """A text of the house's in the language of a BCP 47 tag; itself where nobody has said it."""
    return HOUSE_WORDS.get(first_part(language), {}).get(text, text)


def house_words_of(text: str, language: str, other: str) -> str:
    """A text of the house's in one language, in another; empty for what is not the house's own."""
    words = HOUSE_WORDS.get(first_part(language))
    english = {said: one for one, said in words.items()} if words else {}
    known = next(iter(HOUSE_WORDS.values()))
    meant = english.get(text, text if text in known else "")
    return in_language(meant, other)


def first_part(language: str) -> str:
    """The language of a BCP 47 tag alone: pt of pt-BR."""
    return language.partition("-")[0].lower()


def options_in(options: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A measure's own answers as a document gives them, in a study's language."""
    keys = HOUSE_KEYS.get(first_part(language), {})
    said = dict(options)
    if "labels" in said:
        said["labels"] = [in_language(one, language) for one in said["labels"]]
    if "options" in said:
        said["options"] = [
            {
                **one,
                "label": in_language(one["label"], language),
                "key": keys.get(one["label"], one["key"]),
            }
            for one in said["options"]
        ]
    return said


def words_in(vocabulary: tuple[Option, ...], language: str) -> tuple[Option, ...]:
    """The words of a vocabulary in a study's language."""
    return tuple(Option(one.value, in_language(one.label, language), one.key) for one in vocabulary)
