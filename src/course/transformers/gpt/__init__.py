"""The small GPT in PyTorch: what it is, how it is trained, and how it writes."""
