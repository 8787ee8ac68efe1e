"""The log tab: a window into a file that may be large and growing."""
