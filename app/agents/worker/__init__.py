"""The embedded agent: runs a project's tests and fixes lint errors, with the project's own tools."""
