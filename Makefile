# `make run` opens the dashboard, `make test` proves it; both set up what they need.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CLIENTS := .clients/.ready
SEEDS ?= 20

.PHONY: run test clients lint faults bench screenshots clean

run: $(READY)
	@$(BIN)/delegate

test: lint $(CLIENTS)
	$(BIN)/python -m pytest tests -n 3 --dist loadgroup --durations=25

clients: $(CLIENTS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Every step of every operation is where a client dies once; then storms, each decided by its seed.
faults: $(READY)
	DELEGATE_TEST_EVERY_STEP=1 $(BIN)/python -m pytest tests/faults -n 2 --dist loadgroup
	DELEGATE_TEST_HEAVY=1 $(BIN)/python -m tests.faults $(SEEDS)

bench: $(READY)
	$(BIN)/python -m tests.bench

screenshots: $(READY)
	$(BIN)/python -m tests.screenshots

clean:
	rm -rf $(VENV) .clients .mypy_cache .ruff_cache .import_linter_cache dist

# The environment is made anew when the dependencies change.
$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

# Real agent clients for the tests that drive them; without them those tests are skipped, in CI they fail.
$(CLIENTS): tests/clients/install.py | $(READY)
	$(BIN)/python -m tests.clients.install
