"""What readers said to each question of a protocol, by arm."""
