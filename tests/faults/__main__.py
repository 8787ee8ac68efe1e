"""``python -m tests.faults SEEDS [FIRST]``: storms over real tasks, and figures of what they did."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.faults.seeds import Figures, survive


def main(count: int, first: int = 1) -> int:
    """Run so many storms and print the figures; the exit code tells whether every invariant held."""
    figures = Figures()
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory(prefix="delegate-faults-") as base:
            survive(Path(base), seed, figures)
        if figures.found.violations:
            break
        if seed % 10 == 0:
            print(f"seed {seed}: {figures.in_a_line()}", flush=True)
    print(figures.in_words())
    return 1 if figures.found.violations else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
