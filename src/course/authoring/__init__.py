"""What maintainers run: executing, pairing, validating and deriving editions."""
