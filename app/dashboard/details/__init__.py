"""The lower pane: its tabs, and the summary of the selected task."""
