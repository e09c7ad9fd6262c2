"""Keep the libraries' notices and progress bars out of the commands' own words."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations


def quieten() -> None:
    """Let transformers and diffusers report errors only; call it before importing diffusers."""
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()

    import diffusers

    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
