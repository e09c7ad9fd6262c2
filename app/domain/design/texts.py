"""The texts a design has unless it brings its own, and those of a purpose-blinded study."""

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


def instructions(is_blinded: bool, several: bool) -> str:
    """The instructions of a study that brings none, by what its first phase shows and tells."""
    if is_blinded:
        return BLINDED_INSTRUCTIONS_SEVERAL if several else BLINDED_INSTRUCTIONS
    return INSTRUCTIONS_SEVERAL if several else INSTRUCTIONS
