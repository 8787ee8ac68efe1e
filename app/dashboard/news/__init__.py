"""What happens to tasks while the dashboard is open, and who is told of it."""
