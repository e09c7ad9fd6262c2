"""Slowing down those who guess passwords: a try is counted before the password is checked.

Counted in the database, so that all processes count together and attempts that come at once are
each a try. An address has few tries, a name more, since anybody may type it: whoever guesses from
many addresses must not be able to lock its owner out at once.
"""

import hashlib
import ipaddress
import math
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import sign_in_tries
from app.db.tables import SignInTries

FREE_TRIES_OF_ADDRESS = 5
FREE_TRIES_OF_NAME = 10
WAIT = timedelta(minutes=1)
FORGOTTEN_AFTER = timedelta(days=1)


def seconds_to_wait(session: Session, *, name: str, address: str, now: datetime) -> int:
    """What `count_try` would answer, from a view that writes nothing.

    Asked first, so that a flood of tries which are refused anyway keeps nobody from writing. 0 does
    not say that the try is free: others may be counted at the same moment.
    """
    limits = zip(_keys(name, address), (FREE_TRIES_OF_ADDRESS, FREE_TRIES_OF_NAME), strict=True)
    rows = ((sign_in_tries.known_tries(session, key), free) for key, free in limits)
    waits = (_wait(row, free, now) for row, free in rows if row is not None)
    return next((wait for wait in waits if wait), 0)


def count_try(session: Session, *, name: str, address: str, now: datetime) -> int:
    """Count a try to sign in; return 0, or the seconds to wait where this one is one too many.

    After the free tries of an address or a name one a minute is taken. A refused one isn't counted:
    it can't keep others waiting for longer.
    """
    sign_in_tries.forget_tries_before(session, now - FORGOTTEN_AFTER)
    limits = zip(_keys(name, address), (FREE_TRIES_OF_ADDRESS, FREE_TRIES_OF_NAME), strict=True)
    counted: list[SignInTries] = []
    for key, free in limits:
        row = sign_in_tries.tries_of(session, key, now)
        wait = _wait(row, free, now)
        if wait:
            return wait
        counted.append(row)
    for row in counted:
        row.tries += 1
        row.last_at = now
    return 0


def forget_tries(session: Session, *, name: str, address: str) -> None:
    """Begin to count anew after the right password."""
    sign_in_tries.forget_tries(session, _keys(name, address))


def _wait(row: SignInTries, free: int, now: datetime) -> int:
    if row.tries < free:
        return 0
    # A clock that was set back must not make anybody wait for the time it lost.
    passed = abs(now - row.last_at)
    return max(0, math.ceil((WAIT - passed).total_seconds()))


def _keys(name: str, address: str) -> list[str]:
    """Address before name, always: two who wait for each other's rows would wait for ever.

    Digests, since both are personal data, and a name may be a password typed into the wrong box.
    """
    return [_key("address", _network(address)), _key("name", name)]


def _key(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def _network(address: str) -> str:
    """The address; of IPv6 the /64, which is what one customer is given."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))
