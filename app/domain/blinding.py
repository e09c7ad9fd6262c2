"""What a reader's page may know of a case, and the opaque tokens that stand for it."""

import hashlib
import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class BlindedCase:
    """All a reading template receives of a case; what is not here can't leak.

    `token` and `next_token` stand for presentations (of practice cases too) and are drawn at
    random; `position` is 1-based among `total` of its kind.
    """

    token: str
    position: int
    total: int
    is_practice: bool
    is_correction: bool
    can_go_back: bool
    next_token: str | None


def opaque_token() -> str:
    """128 random bits: names a presentation without telling its order, arm or case."""
    return secrets.token_urlsafe(16)


def link_token() -> str:
    """256 random bits: a reader's personal link."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a link's token; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
