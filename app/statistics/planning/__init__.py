"""How many readers and images a study needs."""
