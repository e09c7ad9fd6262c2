"""HTTP: who may ask, what a form means, which template answers."""
