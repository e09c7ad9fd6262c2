"""The texts a design has unless it brings its own, and those of a purpose-blinded study.

In the languages of studies, since they become part of the design (questions/house_words.py).
"""

from collections.abc import Mapping

from app.domain.questions.house_words import first_part

CONSENT = """\
You are invited to take part in a reader study of chest radiographs. You will look at images, \
some of which were made by a computer, and say how realistic each looks.

Taking part is voluntary; you may stop at any time by closing the page. Your answers are stored \
under a code, never under your name, and may be published in anonymous form."""
INSTRUCTIONS = """\
You will see one chest radiograph at a time. Some were taken of patients, some were made by a \
computer. Judge each on its own; there is no fixed share of either.

Take the time you would take in practice. You may stop and come back by the same link: it \
resumes at the same case."""
INSTRUCTIONS_SEVERAL = """\
You will see several chest radiographs at a time. Some were taken of patients, some were made by a \
computer. Judge each showing on its own; where a picture stands is drawn at random.

Take the time you would take in practice. You may stop and come back by the same link: it \
resumes at the same place."""
# Nothing in these tells that some images are synthetic.
BLINDED_CONSENT = """\
You are invited to take part in a reader study of chest radiographs. You will look at images and \
answer questions about each.

Taking part is voluntary; you may stop at any time by closing the page. Your answers are stored \
under a code, never under your name, and may be published in anonymous form. The full purpose of \
the study will be told in its course."""
BLINDED_INSTRUCTIONS = """\
You will see one chest radiograph at a time. Judge each on its own.

Take the time you would take in practice. You may stop and come back by the same link: it \
resumes at the same case."""
BLINDED_INSTRUCTIONS_SEVERAL = """\
You will see several chest radiographs at a time. Judge each showing on its own; where a picture \
stands is drawn at random.

Take the time you would take in practice. You may stop and come back by the same link: it \
resumes at the same place."""
# Shown before the first phase that is no longer blinded to the purpose.
DISCLOSURE = """\
Some of the radiographs of this study were taken of patients, some were made by a computer. There \
is no fixed share of either.

What you answered so far stays as it is. Please judge the radiographs of this part with what you \
know now."""
CONSENT_LINE = "I agree to take part in this study."


TEXTS = (
    CONSENT,
    CONSENT_LINE,
    INSTRUCTIONS,
    INSTRUCTIONS_SEVERAL,
    BLINDED_CONSENT,
    BLINDED_INSTRUCTIONS,
    BLINDED_INSTRUCTIONS_SEVERAL,
    DISCLOSURE,
)
# By the first part of a language's tag, by the English text.
HOUSE_TEXTS: Mapping[str, Mapping[str, str]] = {
    "pt": {
        CONSENT: """\
Convidamos você a participar de um estudo de leitura de radiografias de tórax. Você verá imagens, \
algumas das quais foram feitas por um computador, e dirá quão realista cada uma parece.

A participação é voluntária; você pode parar a qualquer momento fechando a página. Suas respostas \
são guardadas sob um código, nunca sob seu nome, e podem ser publicadas de forma anônima.""",
        INSTRUCTIONS: """\
Você verá uma radiografia de tórax por vez. Algumas foram feitas em pacientes, algumas foram \
feitas por um computador. Avalie cada uma por si; não há proporção fixa de nenhuma das duas.

Leve o tempo que levaria na prática. Você pode parar e voltar pelo mesmo link: ele continua no \
mesmo caso.""",
        INSTRUCTIONS_SEVERAL: """\
Você verá várias radiografias de tórax por vez. Algumas foram feitas em pacientes, algumas foram \
feitas por um computador. Avalie cada apresentação por si; o lugar de cada imagem é sorteado.

Leve o tempo que levaria na prática. Você pode parar e voltar pelo mesmo link: ele continua no \
mesmo lugar.""",
        BLINDED_CONSENT: """\
Convidamos você a participar de um estudo de leitura de radiografias de tórax. Você verá imagens e \
responderá a perguntas sobre cada uma.

A participação é voluntária; você pode parar a qualquer momento fechando a página. Suas respostas \
são guardadas sob um código, nunca sob seu nome, e podem ser publicadas de forma anônima. O \
objetivo completo do estudo será explicado no seu decorrer.""",
        BLINDED_INSTRUCTIONS: """\
Você verá uma radiografia de tórax por vez. Avalie cada uma por si.

Leve o tempo que levaria na prática. Você pode parar e voltar pelo mesmo link: ele continua no \
mesmo caso.""",
        BLINDED_INSTRUCTIONS_SEVERAL: """\
Você verá várias radiografias de tórax por vez. Avalie cada apresentação por si; o lugar de cada \
imagem é sorteado.

Leve o tempo que levaria na prática. Você pode parar e voltar pelo mesmo link: ele continua no \
mesmo lugar.""",
        DISCLOSURE: """\
Algumas das radiografias deste estudo foram feitas em pacientes, algumas foram feitas por um \
computador. Não há proporção fixa de nenhuma das duas.

O que você respondeu até aqui fica como está. Avalie as radiografias desta parte com o que você \
sabe agora.""",
        CONSENT_LINE: "Concordo em participar deste estudo.",
    },
    "es": {
        CONSENT: """\
Le invitamos a participar en un estudio de lectores de radiografías de tórax. Verá imágenes, \
algunas de ellas hechas por una computadora, y dirá qué tan realista le parece cada una.

La participación es voluntaria; puede detenerse en cualquier momento cerrando la página. Sus \
respuestas se guardan con un código, nunca con su nombre, y pueden publicarse de forma anónima.""",
        INSTRUCTIONS: """\
Verá una radiografía de tórax a la vez. Algunas se tomaron a pacientes y otras fueron hechas por \
una computadora. Juzgue cada una por sí misma; no hay una proporción fija de unas y otras.

Tómese el tiempo que se tomaría en la práctica. Puede detenerse y volver por el mismo enlace: \
continúa en el mismo caso.""",
        INSTRUCTIONS_SEVERAL: """\
Verá varias radiografías de tórax a la vez. Algunas se tomaron a pacientes y otras fueron hechas \
por una computadora. Juzgue cada presentación por sí misma; el lugar de cada imagen se sortea.

Tómese el tiempo que se tomaría en la práctica. Puede detenerse y volver por el mismo enlace: \
continúa en el mismo lugar.""",
        BLINDED_CONSENT: """\
Le invitamos a participar en un estudio de lectores de radiografías de tórax. Verá imágenes y \
responderá preguntas sobre cada una.

La participación es voluntaria; puede detenerse en cualquier momento cerrando la página. Sus \
respuestas se guardan con un código, nunca con su nombre, y pueden publicarse de forma anónima. \
El propósito completo del estudio se explicará en su transcurso.""",
        BLINDED_INSTRUCTIONS: """\
Verá una radiografía de tórax a la vez. Juzgue cada una por sí misma.

Tómese el tiempo que se tomaría en la práctica. Puede detenerse y volver por el mismo enlace: \
continúa en el mismo caso.""",
        BLINDED_INSTRUCTIONS_SEVERAL: """\
Verá varias radiografías de tórax a la vez. Juzgue cada presentación por sí misma; el lugar de \
cada imagen se sortea.

Tómese el tiempo que se tomaría en la práctica. Puede detenerse y volver por el mismo enlace: \
continúa en el mismo lugar.""",
        DISCLOSURE: """\
Algunas de las radiografías de este estudio se tomaron a pacientes y otras fueron hechas por una \
computadora. No hay una proporción fija de unas y otras.

Lo que respondió hasta ahora queda como está. Juzgue las radiografías de esta parte con lo que \
sabe ahora.""",
        CONSENT_LINE: "Acepto participar en este estudio.",
    },
}


def in_language(text: str, language: str) -> str:
    """One of these texts in the language of a BCP 47 tag; itself where nobody has said it."""
    return HOUSE_TEXTS.get(first_part(language), {}).get(text, text)


def consent(is_blinded: bool, language: str = "en") -> str:
    """The consent of a study that brings none, by what its first phase tells."""
    return in_language(BLINDED_CONSENT if is_blinded else CONSENT, language)


def instructions(is_blinded: bool, several: bool, language: str = "en") -> str:
    """The instructions of a study that brings none, by what its first phase shows and tells."""
    if is_blinded:
        text = BLINDED_INSTRUCTIONS_SEVERAL if several else BLINDED_INSTRUCTIONS
    else:
        text = INSTRUCTIONS_SEVERAL if several else INSTRUCTIONS
    return in_language(text, language)
