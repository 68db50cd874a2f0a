"""Ideas of part II, in NumPy alone: layers and their gradients, first weights, optimizers."""
