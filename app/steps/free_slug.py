"""A short name that no study has yet."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.blind.record import begin_chain
from app.db.studies import slug_is_taken
from app.db.tables import Study

# Addresses below /studies that are pages of their own.
_PAGES = frozenset({"new", "preview"})


def free_slug(session: Session, stem: str) -> str:
    """`stem` itself if no study is called so, else with the least number from 2 that is free."""
    slug, number = stem, 2
    while slug in _PAGES or slug_is_taken(session, slug):
        slug, number = f"{stem}-{number}", number + 1
    return slug


def store_under_free_slug(session: Session, study: Study, stem: str) -> str:
    """Insert a study with an empty record under a free slug and return that.

    Two that are stored at once get two.
    """
    while True:
        slug = free_slug(session, stem)
        study.slug = slug
        try:
            with session.begin_nested():
                session.add(study)
        except IntegrityError:
            # Taken since it was looked for: the next number then. Anything else is no matter of it.
            if not slug_is_taken(session, slug):
                raise
        else:
            begin_chain(session, study.id)
            return slug
