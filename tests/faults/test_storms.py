"""A few storms in every test run; ``make faults SEEDS=200`` for a long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.seeds import Figures, survive


@pytest.mark.parametrize("seed", range(1, 9))
def test_every_invariant_holds_after_a_storm(tmp_path: Path, seed: int) -> None:
    figures = Figures()
    survive(tmp_path, seed, figures)
    assert figures.found.violations == [], f"seed {seed}: {figures.in_words()}"
    assert sum(figures.found.checked.values()) > 10
