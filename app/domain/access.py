"""Who may do what: the roles of an account on a study, and those on the whole installation.

On a study: an *owner* may do everything, an *investigator* all but what can't be undone (opening,
closing, erasing readers) and giving access, a *monitor* sees how far the readers are and nothing
else. Whoever has no role on a study is answered as if it did not exist.

On the installation: an *owner* makes and disables accounts, and like an *investigator* designs
studies over the bank; a *monitor* does neither. None of the three opens anybody's study.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

from app.domain.document import told
from app.domain.errors import BadInput, NotAllowed
from app.domain.said import said

Role = Literal["owner", "investigator", "monitor"]
ROLES: tuple[Role, ...] = get_args(Role)


class Right(StrEnum):
    """What may be done to a study."""

    SEE_PROGRESS = "see_progress"
    DESIGN = "design"
    INVITE = "invite"
    SEE_RESULTS = "see_results"
    OPEN_AND_CLOSE = "open_and_close"
    GIVE_ACCESS = "give_access"
    ERASE = "erase"


_INVESTIGATORS = frozenset({Right.SEE_PROGRESS, Right.DESIGN, Right.INVITE, Right.SEE_RESULTS})
RIGHTS: Mapping[Role, frozenset[Right]] = {
    "owner": frozenset(Right),
    "investigator": _INVESTIGATORS,
    "monitor": frozenset({Right.SEE_PROGRESS}),
}
WORDS: Mapping[Right, str] = {
    Right.SEE_PROGRESS: said("see its progress"),
    Right.DESIGN: said("work on its design"),
    Right.INVITE: said("invite its readers"),
    Right.SEE_RESULTS: said("see its pictures and results"),
    Right.OPEN_AND_CLOSE: said("open and close it"),
    Right.GIVE_ACCESS: said("say who has access to it"),
    Right.ERASE: said("erase its readers"),
}


@dataclass(frozen=True)
class Account:
    """Who is asking: an account that is not disabled.

    `works_on_studies` says whether it is owner or investigator of any study.
    """

    id: int
    name: str
    role: Role
    works_on_studies: bool = False

    @property
    def manages_accounts(self) -> bool:
        """Whether it makes and disables accounts."""
        return self.role == "owner"

    @property
    def makes_studies(self) -> bool:
        """Whether it may make a study of its own."""
        return self.role != "monitor"

    @property
    def fills_bank(self) -> bool:
        """Whether it may bring images into the bank, which all studies are made of."""
        return self.role != "monitor"

    @property
    def sees_bank(self) -> bool:
        """Whether it may see what the bank holds, which tells the arms of every study."""
        return self.makes_studies or self.works_on_studies


@dataclass(frozen=True)
class StudyAccess:
    """A study that an account may see, and what else it may do there."""

    slug: str
    role: Role

    @property
    def rights(self) -> frozenset[Right]:
        """Everything that the role allows."""
        return RIGHTS[self.role]


def ensure_right(slug: str, role: Role, right: Right) -> None:
    """Raise NotAllowed, in words, unless the role has the right."""
    if right not in RIGHTS[role]:
        raise NotAllowed(
            said(
                "Your role in the study {slug} is {role}, which doesn't allow you to {words}; "
                "one of its owners can change that.",
                slug=slug,
                role=role,
                words=WORDS[right],
            )
        )


def role_of(text: str) -> Role:
    """A role by its word. Raises BadInput, naming those there are."""
    for role in ROLES:
        if text == role:
            return role
    raise BadInput(
        said("{text} is no role; choose one of {names}.", text=told(text), names=", ".join(ROLES))
    )


def ensure_makes_studies(account: Account) -> None:
    """Raise NotAllowed unless the account may make a study of its own."""
    if not account.makes_studies:
        raise NotAllowed(
            said(
                "Your account doesn't make studies; an owner of this installation can change that."
            )
        )


def ensure_fills_bank(account: Account) -> None:
    """Raise NotAllowed unless the account may bring images into the bank."""
    if not account.fills_bank:
        raise NotAllowed(
            said("Your account brings no images in; an owner of this installation can change that.")
        )


def ensure_sees_bank(account: Account) -> None:
    """Raise NotAllowed unless the account may see the arms of the bank."""
    if not account.sees_bank:
        raise NotAllowed(said("Your account sees how far readers are, and no picture."))


def ensure_manages_accounts(account: Account) -> None:
    """Raise NotAllowed unless the account owns the installation."""
    if not account.manages_accounts:
        raise NotAllowed(said("Only an owner of this installation manages its accounts."))
