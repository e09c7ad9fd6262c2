"""The pages of the documentation, and in `making` what turns them into a site."""
