"""What starts when, and the processes that own running tasks: scheduling, runner, signals, log bound."""
