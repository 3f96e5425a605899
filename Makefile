# Everything a developer, a user or CI does here, as targets. `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
CODE := adapter tests $(wildcard scripts)

# The rooms in which every line and branch is tested; the rest are edges.
CORE := adapter/issues.py,adapter/path.py,adapter/case.py,adapter/code_tables/*,adapter/pipeline.py,adapter/conversion.py,adapter/lineage.py,adapter/case_field.py,adapter/unread.py,adapter/definitions/*,adapter/zone.py,adapter/fhir/*,adapter/terminology/*,adapter/readers/*,adapter/merging/*,adapter/strict_yaml/*,adapter/mapping/*,adapter/rules/*,adapter/checks/*,adapter/export/*

# Test data that does not travel with the code (real sample files); tests that need it are skipped, with the reason, where there is none.
ADAPTER_TEST_DATA ?= $(abspath $(wildcard ../shared))
export ADAPTER_TEST_DATA
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_REQUIRE_VIRTUALENV := 1

# --no-deps and --require-hashes: what the lock names and nothing else. The build backend is locked as well.
PIP_LOCKED := $(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement
PIP_EDITABLE := $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
PIP_COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | awk -F '\t' '{ printf "  make %-8s %s\n", $$1, $$2 }'

.PHONY: run
run: $(VENV)/run.stamp editor ## convert every example, print the table, then serve on 127.0.0.1:8731
	$(BIN)/adapter examples
	exec $(BIN)/adapter serve

# Made anew when its sources changed; without Node it says what is missing.
.PHONY: editor
editor: $(VENV)/run.stamp ## bundle the workbench's editor (needs Node)
	@$(BIN)/python scripts/bundle_editor.py

.PHONY: test
test: lint types live core ## every check there is, with the tests that need a FHIR server: what CI runs

.PHONY: check
check: lint types unit core ## every check but the tests that need a FHIR server

.PHONY: bench
bench: $(VENV)/dev.stamp ## measure; prints a table and writes build/bench.json
	@mkdir -p build
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.delivery
	$(BIN)/python -m tests.bench.workers
	$(BIN)/python -m tests.bench.kept_memory 5000
	$(BIN)/python -m tests.bench.growing

.PHONY: lint
lint: $(VENV)/dev.stamp ## format, lint and imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

.PHONY: types
types: $(VENV)/dev.stamp ## mypy
	$(BIN)/mypy $(CODE)

# On all processors; `reorder` would begin with the groups of most tests, and what takes longest has few.
PYTEST := $(BIN)/python -m pytest --cov --cov-report=term --numprocesses auto --no-loadscope-reorder

.PHONY: unit
unit: $(VENV)/dev.stamp editor ## the tests that need no FHIR server, with coverage
	$(PYTEST) -m "not live"

.PHONY: live
live: $(VENV)/dev.stamp editor ## all tests, with coverage
	$(PYTEST)

# After `unit` or `live`, whose measurements it reads.
.PHONY: core
core:
	$(BIN)/coverage report --include='$(CORE)' --fail-under=100

.PHONY: format
format: $(VENV)/dev.stamp ## format, and fix what the linter can fix
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

# Plain pip-compile keeps what is locked unless told otherwise: `make lock UPGRADE=--upgrade` takes the newest.
.PHONY: lock
lock: $(VENV)/dev.stamp ## write the lock files anew from pyproject.toml (UPGRADE=--upgrade for the newest versions)
	$(PIP_COMPILE) $(UPGRADE) --extra postgres --output-file requirements.lock pyproject.toml
	$(PIP_COMPILE) $(UPGRADE) --only-build-deps --build-deps-for editable --output-file requirements-build.lock pyproject.toml
	$(PIP_COMPILE) $(UPGRADE) --extra dev --extra postgres --build-deps-for editable --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

# Licences of what the run lock names, from the metadata of the installed packages.
.PHONY: notice
notice: $(VENV)/dev.stamp ## write the list of licences into NOTICE
	$(BIN)/python scripts/make_notice.py

# A CycloneDX list of what the run lock names, with versions, hashes and licences.
.PHONY: sbom
sbom: $(VENV)/dev.stamp ## write build/sbom.json: what the service is made of
	@mkdir -p build
	$(BIN)/python scripts/make_sbom.py build/sbom.json

# The images that docker-compose.yml names, each as NAME=image@sha256:…; docker compose reads .env.
.PHONY: digests
digests: ## pin the images of docker-compose.yml by their digests, in .env
	grep -oE '[A-Z]+_IMAGE:-[^}]+' docker-compose.yml | while IFS= read -r image; do \
		docker pull --quiet "$${image#*:-}" >&2; \
		echo "$${image%%:-*}=$$(docker image inspect --format '{{index .RepoDigests 0}}' "$${image#*:-}")"; \
	done > .env.new
	mv .env.new .env

.PHONY: image
image: digests ## build the container image on a base that is pinned by its digest
	docker compose build adapter

.PHONY: soak
soak: $(VENV)/dev.stamp ## mixed requests beside slow clients, then 2,000 encounters while processes are killed, on both stores
	$(BIN)/python -m tests.soak
	ADAPTER_TEST_CRASH=long $(BIN)/python -m pytest -q -s tests/delivery/test_crash.py

# Twenty rounds take about twenty minutes.
ROUNDS ?= 20

.PHONY: fuzz
fuzz: $(VENV)/dev.stamp ## the fuzzers of `make test`, ROUNDS times as often (20), and longer lists
	ADAPTER_TEST_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest -q tests/web/test_openapi.py tests/web/test_mutations.py tests/web/test_parameters.py tests/test_growth.py
	if $(BIN)/python -c 'import atheris' 2>/dev/null; then $(BIN)/python -m tests.coverage_fuzz; fi

.PHONY: clean
clean: ## remove everything that was made here
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find adapter tests $(wildcard scripts) -name __pycache__ -type d -prune -exec rm -rf {} +

# The first of these that is 3.11 or newer makes the environment; PYTHON=… chooses another.
PYTHONS := $(PYTHON) python3.11 python3 python3.12 python3.13 python3.14

$(BIN)/python:
	@for python in $(PYTHONS); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "$$python -m venv $(VENV)"; exec "$$python" -m venv $(VENV); \
		fi; \
	done; \
	echo "No Python 3.11 or newer among: $(PYTHONS). Install one, or name it: make PYTHON=/path/to/python …" >&2; exit 1

$(VENV)/run.stamp: requirements.lock requirements-build.lock pyproject.toml | $(BIN)/python
	$(PIP_LOCKED) requirements.lock --requirement requirements-build.lock
	$(PIP_EDITABLE)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(PIP_LOCKED) requirements-dev.lock
	$(PIP_EDITABLE)
	@touch $@ $(VENV)/run.stamp
