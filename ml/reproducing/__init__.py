"""A whole study in one command: its steps, what they leave behind, and what they would need."""
