"""What of a study's pictures and their delivery tells arms apart, no reader involved."""
