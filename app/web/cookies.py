"""Signed cookies and the CSRF tokens that belong to them."""

import hashlib
import hmac
from functools import lru_cache

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from starlette.responses import Response

READER_COOKIE = "negatoscope_reader"
INVESTIGATOR_COOKIE = "negatoscope_investigator"
# As long as browsers keep a cookie. The server asks for no age: what ends it is its link.
READER_DAYS = 400
INVESTIGATOR_HOURS = 12


class CookieSigner:
    """Signs what a cookie says and derives the CSRF token of the forms served with it.

    An investigator's forms belong to one signing-in. A reader's belong to the reader and their
    link: whatever happens to the cookie, an answer on the screen can still be sent.
    """

    def __init__(self, secret_key: str) -> None:
        self._key = secret_key.encode()
        # Without a time, so that no clock makes it old or of the future.
        self._reader = URLSafeSerializer(secret_key, salt="reader")
        self._investigator = URLSafeTimedSerializer(secret_key, salt="investigator")
        # What a reader's cookie says never changes, and every request brings it.
        self._known_reader = lru_cache(maxsize=1024)(self._loaded_reader)

    def reader_cookie(self, reader_id: int, fingerprint: str) -> str:
        """Names a reader and the link they came by."""
        return str(self._reader.dumps([reader_id, fingerprint]))

    def read_reader_cookie(self, cookie: str | None) -> tuple[int, str] | None:
        """What `reader_cookie` was given, or None for anything that we did not sign."""
        return self._known_reader(cookie or "")

    def investigator_cookie(self, investigator_id: int, epoch: int) -> str:
        """Names an investigator and the password they signed in under."""
        return str(self._investigator.dumps([investigator_id, epoch]))

    def read_investigator_cookie(self, cookie: str | None) -> tuple[int, int] | None:
        """What `investigator_cookie` was given, or None."""
        try:
            investigator_id, epoch = self._investigator.loads(
                cookie or "", max_age=INVESTIGATOR_HOURS * 3600
            )
        except (BadSignature, ValueError, TypeError):
            return None
        return int(investigator_id), int(epoch)

    def reader_form_token(self, reader_id: int, fingerprint: str) -> str:
        """The token of every form served to this reader by this link."""
        text = f"reader-form:{reader_id}:{fingerprint}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

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
