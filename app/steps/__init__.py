"""Pieces of a use case that two services need; a step never begins or ends a transaction."""
