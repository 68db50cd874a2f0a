"""Ideas of part IV: what a model costs, and what it is worth."""
