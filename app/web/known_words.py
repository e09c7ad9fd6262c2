"""Words that are kept or sent in English and shown in whatever language a page speaks.

States of studies, readers and uploads, roles, kinds, actions of the record. They stand in the
database, in the API and in the record as they are here; `known_word` makes them sayable.
"""

from collections.abc import Mapping
from typing import Final

from app.domain.said import said

_WORDS: Final = (
    # of a study
    said("draft"),
    said("open"),
    said("closed"),
    # of a reader
    said("erased"),
    said("has withdrawn"),
    said("link withdrawn"),
    said("finished"),
    said("reading"),
    said("not finished"),
    said("in practice"),
    said("has begun"),
    said("has agreed"),
    said("invited"),
    said("human"),
    said("simulated"),
    said("machine"),
    # of an account
    said("owner"),
    said("investigator"),
    said("monitor"),
    # of arms and their images
    said("real"),
    said("synthetic"),
    said("normal"),
    said("abnormal"),
    said("all"),
    # of a token
    said("good"),
    said("revoked"),
    said("past its end"),
    # of an upload, and the columns of its table
    said("arriving"),
    said("unpacking"),
    said("choosing"),
    said("importing"),
    said("done"),
    said("failed"),
    said("file"),
    said("arm"),
    said("condition"),
    said("folder"),
    said("findings"),
    said("sex"),
    said("age"),
    said("view"),
    said("patient"),
    # how a signature was checked
    said("password"),
    said("local shell, no password"),
    # who did it, where it was nobody's account
    said("server"),
    said("command line"),
    # what was done to an account
    said("account made"),
    said("account role"),
    said("account disabled"),
    said("account enabled"),
    said("new password"),
    said("signed in"),
    said("failed sign-in"),
    said("signed out"),
    said("signed out everywhere"),
    said("API token made"),
    said("API token revoked"),
    said("closing date"),
    # what was done to the bank
    said("imported"),
    # what was done to a study
    said("created"),
    said("design changed"),
    said("opened"),
    said("agreed"),
    said("order laid out"),
    said("profile given"),
    said("sitting begun"),
    said("display checked"),
    said("audited"),
    said("cases unblinded"),
    said("pictures remedied"),
    said("answered"),
    said("answer corrected"),
    said("rehearsed"),
    said("link revoked"),
    said("link reissued"),
    said("reader erased"),
    said("answers imported"),
    said("results seen"),
    said("results seen while not closed"),
    said("exported"),
    said("export signed"),
    said("exported while not closed"),
    said("withdrawn"),
    said("exported whole"),
    said("imported whole"),
    said("backed up"),
    said("restored"),
    said("answer taken over"),
    said("order taken over"),
    said("consent taken over"),
    said("last day moved"),
    said("message shown to readers"),
    said("message taken back"),
    said("role given"),
    said("role taken"),
)
_NOBODYS_ACCOUNT: Final = ("server", "command line")
_BY_WORD: Final[Mapping[str, str]] = {str(word): word for word in _WORDS}


def known_word(word: str) -> str:
    """The word so that a page can say it; one that is not known here, such as a label, as it is."""
    return _BY_WORD.get(word, word)


def known_actor(name: str) -> str:
    """Who did it so that a page can say it; an account keeps the name that it has."""
    return known_word(name) if name in _NOBODYS_ACCOUNT else name
