# Every command worth typing twice. `make` alone shows them.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PEERS  := .venv-peers
SEEDS  ?= 1 new

.PHONY: help setup demo test test-slow lint bench reading accuracy docs wheel clean

help: ## Shows what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: $(READY) ## Makes .venv with the project and its test tools in it

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Gazette needs Python 3.11 or newer, and $(PYTHON) is not. Install one, or name it: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "This Python has no venv. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: $(READY) ## The whole product, offline, within a minute
	@$(BIN)/gazette demo

test: $(READY) ## The tests
	$(BIN)/python -m pytest -n 3  # on two cores: half of the time is waiting for servers

test-slow: $(READY) ## The tests that take long
	$(BIN)/python -m pytest -m slow -n 2  # most of them wait

lint: $(READY) ## Style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) $(PEERS)/.ready ## Measures speed, beside yardsticks in the same run
	$(BIN)/python -m benchmarks

# The yardsticks of the benchmarks are no part of the project, so they live apart; without them the rest is measured.
$(PEERS)/.ready: benchmarks/requirements.lock
	$(PYTHON) -m venv --clear $(PEERS)
	-$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock && \
	  $(PEERS)/bin/python -m compileall -q $(PEERS)/lib
	@touch $@

reading: $(READY) ## How well and how fast pages are read, against floor and ceilings (where the pages are)
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.worst

accuracy: $(READY) ## How well simulated sites are told, against the floor: SEEDS="1 new"
	$(BIN)/python -m tests.world $(foreach seed,$(SEEDS),--seed $(seed))

docs: $(READY) ## Renews docs/configuration.md from the tables of the settings
	$(BIN)/python -m crawler.settings.reference > docs/configuration.md.new
	mv docs/configuration.md.new docs/configuration.md

wheel: $(READY) ## Builds the wheel into dist/
	rm -rf dist
	$(BIN)/hatchling build -t wheel

lock: ## Renews requirements.lock (needs uv)
	uv pip compile pyproject.toml --extra dev --extra postgres --extra chat --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --upgrade --quiet -o requirements.lock
	uv pip compile benchmarks/requirements.in --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --upgrade --quiet -o benchmarks/requirements.lock

clean: ## Removes what was made
	rm -rf $(VENV) $(PEERS) dist build gazette-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
