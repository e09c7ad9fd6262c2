"""Films: what any file a radiograph comes in is read as."""
