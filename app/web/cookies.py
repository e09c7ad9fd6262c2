"""Cookies and the CSRF tokens that belong to them.

A reader's cookie is signed and says who they are; an investigator's is a random key to a row of the
server, so that the server can end it.
"""

import hashlib
import hmac
from functools import lru_cache

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.responses import Response

READER_COOKIE = "negatoscope_reader"
INVESTIGATOR_COOKIE = "negatoscope_investigator"
# As long as browsers keep a cookie. The server asks for no age: what ends it is its link.
READER_DAYS = 400


class CookieSigner:
    """Signs what a cookie says and derives the CSRF token of the forms served with it.

    An investigator's forms belong to one signing-in. A reader's belong to the reader: whatever
    happens to the cookie, and whichever link it came by, an answer on the screen can still be sent.
    """

    def __init__(self, secret_key: str) -> None:
        self._key = secret_key.encode()
        # Without a time, so that no clock makes it old or of the future.
        self._reader = URLSafeSerializer(secret_key, salt="reader")
        # What a reader's cookie says never changes, and every request brings it.
        self._known_reader = lru_cache(maxsize=1024)(self._loaded_reader)
        self._of_reader = lru_cache(maxsize=2048)(self._made_of_reader)

    def reader_cookie(self, reader_id: int, fingerprint: str) -> str:
        """Names a reader and the link they came by."""
        return str(self._reader.dumps([reader_id, fingerprint]))

    def read_reader_cookie(self, cookie: str | None) -> tuple[int, str] | None:
        """What `reader_cookie` was given, or None for anything that we did not sign."""
        return self._known_reader(cookie or "")

    def reader_form_token(self, reader_id: int) -> str:
        """The token of every form served to this reader, by whichever of their links."""
        return self._of_reader("reader-form", reader_id)

    def reader_drawer(self, reader_id: int) -> str:
        """A name for the drafts that this reader's browser keeps; it tells nothing of them."""
        return self._of_reader("reader-drafts", reader_id)[:32]

    def _made_of_reader(self, what: str, reader_id: int) -> str:
        return hmac.new(self._key, f"{what}:{reader_id}".encode(), hashlib.sha256).hexdigest()

    def _loaded_reader(self, cookie: str) -> tuple[int, str] | None:
        try:
            reader_id, fingerprint = self._reader.loads(cookie)
        except (BadSignature, ValueError, TypeError):
            return None
        return int(reader_id), str(fingerprint)

    def csrf_token(self, cookie: str) -> str:
        """The token that a form must send back beside this very cookie."""
        return hmac.new(self._key, f"csrf:{cookie}".encode(), hashlib.sha256).hexdigest()


def same_token(expected: str, given: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(expected.encode(), given.encode())


def set_cookie(
    response: Response, name: str, value: str, *, path: str, max_age: int, secure: bool
) -> None:
    """Never readable by scripts, never sent from another site's form."""
    response.set_cookie(
        name, value, max_age=max_age, path=path, httponly=True, samesite="lax", secure=secure
    )
