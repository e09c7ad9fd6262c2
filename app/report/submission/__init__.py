"""All that a journal, an archive or a board is sent of a closed study, in one file."""
