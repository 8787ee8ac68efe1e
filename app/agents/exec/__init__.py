"""One-shot clients: one command for one task, whose output is a stream of events."""
