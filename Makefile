# Everything happens inside .venv and var; nothing is installed outside this folder.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2

# A shell that forbids bytecode files makes every start slow; a foreign PYTHONPATH could hide the project's packages.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
unexport PYTHONHOME

.PHONY: help setup demo test lint types contracts clean lock

help: ## print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## make .venv and install the pinned packages into it

demo: $(READY) ## one business day of a synthetic town, everything under var/demo
	@$(BIN)/hub demo --root var/demo

test: lint types contracts ## lint, types, import contracts and the whole test suite
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lint: $(READY) ## ruff and yamllint
	@$(BIN)/ruff check .
	@$(BIN)/yamllint --strict .

types: $(READY) ## mypy, strict
	@$(BIN)/mypy

contracts: $(READY) ## who may import whom
	@$(BIN)/lint-imports

clean: ## remove what runs and tools left behind, and .venv
	@if [ -x $(BIN)/hub ]; then $(BIN)/hub sandbox --stop --root var/demo || true; fi
	@rm -rf var $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: $(READY) ## renew requirements.lock after a change of dependencies in pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
	    pyproject.toml --extra sandbox --extra dev -o requirements.lock

# The first interpreter of a supported version makes the environment; uv comes in the version that the lock names.
# Where uv cannot reach the package index by its own settings, pip installs the same pinned packages by the settings of pip.
$(READY): requirements.lock pyproject.toml
	@python=""; for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    if $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo "Python 3.11, 3.12 or 3.13 is needed (make PYTHON=/path/to/python3.11 …)" >&2; exit 2; fi; \
	if [ ! -x $(BIN)/pip ]; then \
	    $$python -m venv $(VENV) || { rm -rf $(VENV); echo "The venv module is missing: install python3-venv" >&2; exit 2; }; fi
	@echo "Setting up $(VENV) (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock \
	    || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
