"""What can go wrong offline: one exception whose text is a sentence fit for whoever caused it."""


class MlError(Exception):
    """Something given by the user cannot be used: what, where, what to do."""


def said_by(error: OSError) -> str:
    """Return what a disk or a network drive refused (full, read-only, gone), as a sentence."""
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or str(error).splitlines()[0]}."
