"""The digit reader in PyTorch: its modules, the loop that trains it, and its weights on disk."""
