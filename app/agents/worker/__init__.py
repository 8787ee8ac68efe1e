"""The embedded agent: does a project's common jobs with the project's own tools, by recipes that are data."""
