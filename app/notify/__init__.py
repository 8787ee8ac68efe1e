"""Telling the person, once, that a task has ended."""
