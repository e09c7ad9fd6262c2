"""Pictures of every page, for the eye and for the documentation: --help says which."""
