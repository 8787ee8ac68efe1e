"""Starts the runner with nothing on the path but this program: `python -I -S start_runner.py …`."""

# A file of its own, because the interpreter compiles a script anew each time but keeps what a script imports.
import sys

sys.path.insert(0, __file__.rsplit("/", 3)[0])

from app.supervisor.runner import main

main(sys.argv[1:])
