"""Writing the phantom's simulated radiographs as a bank."""

