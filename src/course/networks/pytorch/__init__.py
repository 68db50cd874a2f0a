"""The digit reader in PyTorch: its modules, and the loop that trains it."""
