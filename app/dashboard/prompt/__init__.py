"""Questions with a key for each answer: what an agent asks, and whether it may run at all."""
