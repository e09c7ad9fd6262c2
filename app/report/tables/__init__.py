"""What the report says in rows and columns."""
