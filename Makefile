# One command each, on a fresh machine with Python 3.11 and make:
#   make plan   sets everything up and prints the plan of a sample portfolio
#   make app    sets everything up and opens the page
#   make test   sets everything up and passes the tests
# uv is used where it is installed, pip where it is not.

PYTHON ?= python3
PORTFOLIO ?= sample_portfolios/technology.csv
HEDGE ?= 50%
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

.PHONY: app plan test test-compiled lint format benchmarks clean

ifeq ($(UV),)
CREATE = $(PYTHON) -m venv $(VENV)
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
else
CREATE = $(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
INSTALL = $(UV) pip install --quiet --python $(BIN)/python
endif

plan: $(VENV)/.ready
	@$(BIN)/hedger plan "$(PORTFOLIO)" --hedge "$(HEDGE)"

app: $(VENV)/.ready
	@$(BIN)/hedger app --portfolio "$(PORTFOLIO)"

test: $(VENV)/.ready-dev
	@$(BIN)/python -m pytest

# The solver compiled with the optional numba gives the plans of the interpreted one. Without numba the test would be
# skipped, and nothing said.
test-compiled: $(VENV)/.ready-benchmarks
	@$(BIN)/python -c 'import numba'
	@$(BIN)/python -m pytest tests/hedge/test_solver.py -k compiled

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Those that take a minute or two; CONTRIBUTING.md lists the others.
benchmarks: $(VENV)/.ready-benchmarks
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/betas.py
	$(BIN)/python benchmarks/backtest.py
	$(BIN)/python benchmarks/page.py

clean:
	rm -rf $(VENV) build dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("hedger needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	@echo "Setting up in $(VENV) (once)..."
	@$(CREATE)

$(VENV)/.ready: requirements.txt pyproject.toml | $(BIN)/python
	@$(INSTALL) -r requirements.txt
	@$(INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

$(VENV)/.ready-benchmarks: requirements-benchmarks.txt $(VENV)/.ready-dev
	@$(INSTALL) -r requirements-benchmarks.txt
	@touch $@
