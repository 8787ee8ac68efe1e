"""What a task's output says: how far it is while it runs, and what came out when it ended.

Everything here is pure and takes plain text: escape sequences stripped, progress bars collapsed.
"""

from __future__ import annotations

from app.logs.readers.read import read_outcome, read_progress
from app.logs.readers.signals import signalled

__all__ = ["read_outcome", "read_progress", "signalled"]
