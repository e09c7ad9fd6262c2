"""From files to captioned, split training data."""
