"""Where the numbers of docs/measured.md come from; each script prints what it measured."""
