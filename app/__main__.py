"""``python -m app`` is the `delegate` command."""

import sys

from app.cli.main import entry

if __name__ == "__main__":
    sys.exit(entry())
