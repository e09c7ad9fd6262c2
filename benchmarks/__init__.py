"""Where the README's numbers come from; each script prints what it measured, side by side."""
