"""What is trained of a base, and the table of presets."""
