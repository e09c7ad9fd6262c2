"""A short name that no study has yet."""

from sqlalchemy.orm import Session

from app.db.studies import slug_is_taken


def free_slug(session: Session, stem: str) -> str:
    """`stem` itself if no study is called so, else with the least number from 2 that is free."""
    slug, number = stem, 2
    while slug_is_taken(session, slug):
        slug, number = f"{stem}-{number}", number + 1
    return slug
