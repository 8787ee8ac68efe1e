"""The changes tab: which files a task has changed, and how, line by line."""
