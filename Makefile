# Everything here makes the environment (.venv) first when it is missing or out of date.
# Needed beforehand: make and Python 3.11 or later (PYTHON=python3.12 chooses one).

PYTHON ?= python3

BIN := .venv/bin
STAMP := .venv/installed
LIBRARIES := web/node_modules/installed
UV_VERSION := 0.13.9

.PHONY: help serve test check format bench screenshots lock clean

help: ## show this text
	@echo "usage: make TARGET"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(STAMP) $(LIBRARIES) ## build the graph if needed and serve it on http://127.0.0.1:8000 (HOST=, PORT= or TIPGRAPH_*: elsewhere)
	$(BIN)/tipgraph serve $(HOST:%=--host %) $(PORT:%=--port %)

test: $(STAMP) $(LIBRARIES) ## run the tests with the coverage gate (ARGS="-k turtle" chooses some, without the gate)
ifdef ARGS
	$(BIN)/python -m pytest $(ARGS)
else
	$(BIN)/python -m pytest --numprocesses=auto --cov --cov-report=term
endif

check: $(STAMP) $(LIBRARIES) ## everything CI runs: format, lint, types, import rules, tests, tipgraph check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/tipgraph format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test
	$(BIN)/tipgraph check

format: $(STAMP) ## put Python and Turtle into their canonical layout
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/tipgraph format

bench: $(STAMP) $(LIBRARIES) ## measure beside the peers, and our pages (ARGS=services, validation, inference, scale or pages: one part)
	$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(STAMP) $(LIBRARIES) ## pictures of a page of each kind, in .screenshots (needs chromium)
	$(BIN)/python -m tests.browser.screenshots .screenshots

lock: $(STAMP) ## resolve requirements.lock anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	$(BIN)/uv pip compile pyproject.toml --extra notebook --group build --group test --group lint \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet \
		--custom-compile-command "make lock" --output-file requirements.lock

clean: ## remove the environment and everything made by tools
	rm -rf .venv web/node_modules benchmarks/node_modules .bench .screenshots dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*

# The lock is whole, so nothing is left to resolve: older pips would take a newer release of what is
# asked for with an extra, and miss its hash.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "tipgraph needs Python 3.11 or later; '$(PYTHON)' is not. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

# What pages load of others. Pages do without, so that neither Node nor npm's registry is needed.
$(LIBRARIES): web/package-lock.json
	@if ! command -v npm >/dev/null; then \
		echo "npm is not here: pages will do without editor and pictures" >&2; \
	elif npm ci --prefix web --ignore-scripts --no-audit --no-fund --loglevel=error; then \
		touch $(LIBRARIES); \
	else \
		echo "npm failed: pages will do without editor and pictures" >&2; \
	fi
