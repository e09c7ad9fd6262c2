"""Bytes that say what an object holds, to know again what was asked before."""

import io
import pickle


def by_value(asked: object) -> bytes:
    """Bytes that don't tell which of the values are one object, as each database's rows are."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written)
    pickler.fast = True
    pickler.dump(asked)
    return written.getvalue()
