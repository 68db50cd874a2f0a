"""Ideas of part III: text as numbers, attention, and the GPT."""
