"""Asking for the password again, by whoever is signed in: before a step that is signed."""

from collections.abc import Mapping
from typing import NamedTuple

from fastapi import Request

from app.domain.access import Right
from app.domain.said import said
from app.domain.signing import Signature, Step, signature
from app.services.accounts import password_hash_of
from app.services.sign_in_tries import count_try, forget_tries
from app.services.sign_ins import note_failed_sign_in
from app.web.access import investigator_at_desk
from app.web.state import web_state

WRONG = said("That is not your password, so nothing was signed and nothing was done.")


class NotSigned(NamedTuple):
    """Why a step is not signed, and the status to answer with."""

    sentence: str
    status: int


def sign(
    request: Request, form: Mapping[str, str], step: Step, *, right: Right
) -> Signature | NotSigned:
    """The signature of the signed-in account, if the form's `password` is theirs.

    Tries are counted as at the door, but apart from there. Raises what `investigator_at_desk` does,
    and TooBusy where too many passwords wait to be checked.
    """
    state = web_state(request)
    with state.passwords.place():
        with investigator_at_desk(request, form, right=right) as desk:
            # No name that is typed at the door begins with a new line.
            counted = f"\nsignature of {desk.name}"
            seconds = count_try(desk.session, name=counted, address=counted, now=desk.now)
            account = password_hash_of(desk.session, desk.name)
        if seconds:
            return NotSigned(
                said("Too many wrong passwords; try again in {seconds} s.", seconds=seconds), 429
            )
        matches = state.passwords.matches(form.get("password", ""), account[1] if account else None)
    with investigator_at_desk(request, form, right=right) as desk:
        if not matches:
            note_failed_sign_in(desk.session, desk.account.id, now=desk.now)
            return NotSigned(WRONG, 403)
        forget_tries(desk.session, name=counted, address=counted)
        return signature(step, desk.name, "password")
