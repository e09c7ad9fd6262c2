# Two commands matter: `make demo` and `make test`. Both need Python 3.11 or newer and make.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
# How many processes the tests run in; auto is one for each core.
WORKERS ?= auto
# Given to pip so that everybody runs what was tested.
PIN := -c constraints.txt
# A module is compiled when it is first used: faster to install, and later starts don't notice.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile

# Where it is set, every start would compile every library anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo serve test test-all check words docs pictures screenshots clean-demo clean

help: ## Show this help
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/app.done ## Serve a demonstration study of simulated radiographs (PORT=8000)
	@exec $(BIN)/python -m app demo --host $(HOST) --port $(PORT)

serve: $(VENV)/app.done ## Serve your own installation (PORT=8000, NEGATOSCOPE_* as in the README)
	@exec $(BIN)/python -m app serve --host $(HOST) --port $(PORT)

check: $(VENV)/dev.done ## Lint, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit --quiet --recursive app ml --configfile pyproject.toml

test: $(VENV)/dev.done ## Run the tests, installing Chromium and PostgreSQL where it may
	@sh tests/install_services.sh
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not slow"

test-all: $(VENV)/dev.done ## Run every test, the slow ones too
	@sh tests/install_services.sh
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

words: $(VENV)/dev.done ## Bring new words into the catalogues of the languages, and compile these
	$(BIN)/python -m app.words.making

docs: $(VENV)/docs.done ## Build the documentation site into site/; a broken link ends it
	$(BIN)/python -m docs.making.site --out site

pictures: $(VENV)/dev.done ## Take the documentation's pictures anew, of a demonstration
	$(BIN)/python -m tests.screenshots documentation

screenshots: $(VENV)/dev.done ## Take every page in four sizes into screens/, to be looked at
	$(BIN)/python -m tests.screenshots everything

clean-demo: ## Remove the demonstration and every study in var/
	rm -rf var

clean: clean-demo ## Remove the virtual environment and the built site too
	rm -rf $(VENV) site screens

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Negatoscope needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python's venv module is missing; on Debian: apt install python3-venv" >&2; exit 1; }

$(VENV)/app.done: $(BIN)/python pyproject.toml constraints.txt build_hook.py
	@echo "Installing the app into $(VENV) ..."
	@$(PIP) $(PIN) -e .
	@touch $@

$(VENV)/dev.done: $(BIN)/python pyproject.toml constraints.txt build_hook.py
	@echo "Installing the app, ml and the tools into $(VENV) ..."
	@$(PIP) $(PIN) -e '.[ml,optimizers,dev,docs]'
	@$(PIP) $(PIN) --no-deps clip-anytorch
	@touch $(VENV)/app.done $@

$(VENV)/docs.done: $(VENV)/app.done
	@$(PIP) $(PIN) -e '.[docs]'
	@touch $@
