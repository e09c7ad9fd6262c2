"""The base models that variants start from."""
