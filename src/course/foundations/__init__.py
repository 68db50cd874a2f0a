"""Ideas of part I, in NumPy alone: linear algebra, counting."""
