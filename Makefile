# Words for the shell; `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PORT ?= 8000
WEB_WORKERS ?= 4
BIN := .venv/bin
PYTHON ?= $(shell for p in python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $$p && break; done)

.PHONY: help setup setup-test run serve test lint format bench bench-pages axe newcomer translations lock test-packages

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

setup: .venv/.running ## virtual environment with what running needs
setup-test: .venv/.testing ## and what tests and linters need

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 is needed (Debian: apt-get install python3 python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.running: requirements.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.testing: requirements-test.txt .venv/.running
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@

# PUBLIC_URL is given because honcho hands every process a PORT of its own, and links must name the web's.
run: export DEMO ?= 1
run: export PORT := $(PORT)
run: export PUBLIC_URL ?= http://127.0.0.1:$(PORT)
run: setup ## the demo network on http://127.0.0.1:8000 (PORT changes it)
	$(BIN)/flask db upgrade
	$(BIN)/flask demo --if-empty
	@echo "salonpool: http://127.0.0.1:$(PORT)  (ctrl-C stops it)"
	exec $(BIN)/honcho start --no-colour

serve: setup ## several web workers; the environment gives the settings, `flask jobs` runs beside it
	$(BIN)/flask db upgrade
	exec $(BIN)/gunicorn wsgi:app --bind 127.0.0.1:$(PORT) --workers $(WEB_WORKERS)

test: setup-test test-packages ## everything, on SQLite, PostgreSQL and Chromium
	REQUIRE_ALL=1 $(BIN)/python -m pytest -n 2 -q

test-packages:
	@tests/install-packages

lint: setup-test ## style, types, and the import table of the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup-test ## put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup-test test-packages ## every measured promise, one table each
	for name in race yes week clock outbox crash pages api planner; do $(BIN)/python -m bench.$$name || failed="$${failed:-} $$name"; done; \
	[ -z "$${failed:-}" ] || { echo "below the bar:$$failed" >&2; exit 1; }

axe: setup-test test-packages ## accessibility of every page, three languages, two widths
	$(BIN)/python -m bench.axe

bench-pages: setup-test test-packages ## Lighthouse on the guest pages (needs Node and npm)
	$(BIN)/python -m bench.lighthouse

newcomer: ## time a fresh clone: make run, then make test
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 is needed" >&2; exit 1; }
	$(PYTHON) -m bench.newcomer

translations: setup ## collect new words, compile the translated ones
	@mkdir -p instance
	$(BIN)/pybabel -q extract -F babel.cfg --no-location --sort-output -o instance/messages.pot .
	$(BIN)/pybabel -q update -i instance/messages.pot -d translations --no-fuzzy-matching --ignore-obsolete --width 110
	$(BIN)/pybabel -q compile -d translations

LOCK := uv pip compile --quiet --python-version 3.11 --python-platform x86_64-manylinux_2_28 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header

lock: ## pin requirements*.in again (needs uv)
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-test.in -o requirements-test.txt
