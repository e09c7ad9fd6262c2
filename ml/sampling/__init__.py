"""One seed, one image."""
