"""The `course` command: one module for each subcommand."""
