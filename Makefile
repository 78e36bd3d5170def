# Every target does its own set-up, into .venv, from the hashed lock files.
#   make serve                     the knowledge graph at http://127.0.0.1:8000
#   make serve HOST=0.0.0.0 PORT=80
#   make test PYTHON=python3.12

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# What an editable install reads: when one of these changes, install again.
HOUSE := pyproject.toml kg/myograph/__init__.py hatch_build.py server/editor/package-lock.json
# What the wheel carries. Git keeps no empty folder, and hatchling insists on each.
SOURCES := ontology shapes kg/data kg/rules kg/queries
SERVE_READY := $(VENV)/.ready-to-serve
DEV_READY := $(VENV)/.ready-to-develop
BENCH_READY := $(VENV)/.ready-to-measure

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Two targets that install into one .venv must not run at once.
.NOTPARALLEL:
.PHONY: help setup setup-dev serve test test-all bench release docs lint format editor lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(SERVE_READY) ## install what serving needs

setup-dev: $(DEV_READY) ## install what tests, benchmarks and documentation need

serve: $(SERVE_READY) ## build, check and serve the graph (HOST, PORT)
	$(BIN)/myograph build
	$(BIN)/myograph check
	$(BIN)/myograph serve --host $(HOST) --port $(PORT)

# A process for each processor; each takes about a gigabyte.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4

test: lint ## lint, check the types and run the tests
	$(PYTEST)

test-all: lint ## the same with every slow test and more inputs invented
	$(PYTEST) -m "" --hypothesis-profile thorough

lint: $(DEV_READY) ## ruff and mypy, changing nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV_READY) ## let ruff repair and format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(BENCH_READY) ## measure (benchmarks/__main__.py)
	$(BIN)/python -m benchmarks

release: $(DEV_READY) ## write build/release: exports, reports, packages, checksums (PREVIOUS=myograph.nq)
	$(BIN)/python -m release $(if $(PREVIOUS),--previous $(PREVIOUS))

docs: $(DEV_READY) ## write the documentation (docs/__main__.py)
	$(BIN)/python -m docs

# No configuration: a lock must not depend on whose machine wrote it.
# It records names, versions and hashes; no host and no path. Versions that still fit stay.
COMPILE := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate $(UPGRADE) pyproject.toml

editor: $(SERVE_READY) ## fetch the SPARQL editor from npm again
	rm -rf server/myograph_server/static/vendor
	$(BIN)/python hatch_build.py

lock: $(DEV_READY) ## bring the lock files up to pyproject.toml (UPGRADE=--upgrade: newest versions)
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group dev --extra dl --constraints requirements.lock \
		--output-file requirements-dev.lock
	$(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate $(UPGRADE) --group node --output-file requirements-node.lock
	$(COMPILE) --group bench --extra dl --constraints requirements-dev.lock \
		--output-file requirements-bench.lock

clean: ## remove .venv and everything generated
	rm -rf $(VENV) build dist server/editor/node_modules server/myograph_server/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name .git -prune -o -name __pycache__ -prune -exec rm -rf {} +

# The build fetches the SPARQL editor from npm; where there is none, Python brings it.
NPM = @command -v npm >/dev/null || $(PIP) install --require-hashes -r requirements-node.lock

# The project itself is built without isolation, by the hatchling of the lock:
# nothing that has no hash is fetched for it.
$(SERVE_READY): requirements.lock $(HOUSE) | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	$(NPM)
	@mkdir -p $(SOURCES)
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# The two locks agree on versions (tests/unit/test_house.py), so this one serves as well.
$(DEV_READY): requirements-dev.lock $(HOUSE) | $(BIN)/python
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(NPM)
	@mkdir -p $(SOURCES)
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(SERVE_READY) $@

# What only the benchmarks need comes on top: the versions of all three locks agree.
$(BENCH_READY): requirements-bench.lock $(DEV_READY)
	$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "Myograph needs Python 3.11 or newer, and '$(PYTHON)' was not found."; \
		echo "Debian, Ubuntu: apt-get install python3 python3-venv   Fedora: dnf install python3"; \
		echo "Or name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; } >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Myograph needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1)."; \
		echo "Debian, Ubuntu: apt-get install python3.11 python3.11-venv   Fedora: dnf install python3.11"; \
		echo "Then: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make virtual environments: its venv or ensurepip module is missing."; \
		echo "Debian, Ubuntu: apt-get install $$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"; \
		exit 1; } >&2
	$(PYTHON) -m venv --clear $(VENV)
