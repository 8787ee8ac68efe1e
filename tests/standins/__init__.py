"""Stand-ins for what the tests cannot have: agents that misbehave on demand, and a model to talk to."""
