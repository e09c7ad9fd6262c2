"""Arms, cases, draws and exports; reading reaches none of it by any path."""
