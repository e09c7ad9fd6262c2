"""Presentations, answers and readers: all that reading may ask, and no arm."""
