"""The small model of the tests and of the demonstration."""
