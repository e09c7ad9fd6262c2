"""How real an arm looks, and whether readers tell it from real."""
