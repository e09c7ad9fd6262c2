"""A short name that no study has yet."""

from sqlalchemy.orm import Session

from app.db.studies import slug_is_taken

# Addresses below /studies that are pages of their own.
_PAGES = frozenset({"new", "preview"})


def free_slug(session: Session, stem: str) -> str:
    """`stem` itself if no study is called so, else with the least number from 2 that is free."""
    slug, number = stem, 2
    while slug in _PAGES or slug_is_taken(session, slug):
        slug, number = f"{stem}-{number}", number + 1
    return slug
