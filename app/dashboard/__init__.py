"""The full-screen dashboard: Textual lives here and nowhere else."""
