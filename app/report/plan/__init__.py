"""What a plan says and draws."""
