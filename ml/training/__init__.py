"""The loop of training, and all that makes it repeatable."""
