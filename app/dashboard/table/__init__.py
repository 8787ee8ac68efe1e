"""The table of tasks: which rows and columns it has, what they say, how they are drawn."""
