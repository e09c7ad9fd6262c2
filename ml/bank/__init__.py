"""The image bank and the run folder, as they are written."""
