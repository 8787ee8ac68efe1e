"""The process that speaks with an agent, between its runner and its client."""
