"""How the reading went: time, drift, readers and their groups."""
