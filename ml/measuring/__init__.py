"""How close, how diverse, how copied: the measures of an arm."""
