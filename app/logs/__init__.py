"""Reading the logs of tasks: the window on screen, safe text, colours, the bell, and what the output says."""
