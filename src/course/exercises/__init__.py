"""Exercises that say what you misunderstood; see `contract` for how a check works."""
