"""Several things in one sentence."""

from collections.abc import Sequence

from app.domain.said import joined, said


def listed(parts: Sequence[str]) -> str:
    """Join them with commas and a last "and"; there is at least one."""
    return (
        parts[0]
        if len(parts) == 1
        else said("{join} and {parts}", join=joined(parts[:-1], ", "), parts=parts[-1])
    )
