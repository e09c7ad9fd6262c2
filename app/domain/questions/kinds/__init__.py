"""How a question is asked: one module a kind."""
