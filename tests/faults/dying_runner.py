"""A runner that kills itself at the step named first: `python -I -S dying_runner.py AT …`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.supervisor.runner import main
from tests.faults.dying import arm

arm(int(sys.argv[1]))
main(sys.argv[2:])
