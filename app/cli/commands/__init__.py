"""What each shell command does, one module for each group of commands."""
