"""A day in the life of the queue, in model time: what happens, two schedulers, and what came of it."""
