"""What can go wrong offline: one exception whose text is a sentence fit for whoever caused it."""


class MlError(Exception):
    """Something given by the user cannot be used: what, where, what to do."""
