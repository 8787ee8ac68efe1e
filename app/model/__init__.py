"""Plain data and pure functions: tasks, statuses, the grammar of requests. Imports nothing of ours."""
