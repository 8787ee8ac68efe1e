"""delegate: a full-screen terminal dashboard for work that runs in the background."""

__version__ = "0.1.0"
