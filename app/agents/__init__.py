"""Who does the work: definitions of agents, from a request to a command line, and the embedded worker."""
