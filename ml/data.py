"""Prepared radiographs as training examples: grey pixels, captions and cached augmented views."""
