"""Pictures of every page, for the eye and for the documentation: python -m screenshots --help."""
