"""One file a group of pages; no SQL, no truth in the reading ones."""
