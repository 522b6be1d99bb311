# Everything sets itself up: `make demo` and `make test` need only Python 3.11 or newer, make and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= demo

.PHONY: demo test browser ckan properties coverage faults differential fuzz gis golden mutants lint types wheel schemas rules check clean help

help:            ## this list
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/  /'

$(VENV)/.ready: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(VENV)/.ready      ## the main job on the ward's sample data
	$(BIN)/meguro-opendata demo --out $(OUT)

test: $(VENV)/.ready      ## all tests, a process a core
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

browser: $(VENV)/.ready   ## tests in a real browser and spreadsheet program; both are installed where absent
	command -v chromium >/dev/null && command -v pdftotext >/dev/null && command -v soffice >/dev/null || \
	  (apt-get -q update && apt-get -q install -y --no-install-recommends \
	    chromium poppler-utils fonts-noto-cjk libreoffice-calc) || echo "no browser could be installed"
	$(BIN)/python -m pytest -m browser tests/reports tests/kpi

ckan: $(VENV)/.ready      ## tests against real CKANs: those named by MEGURO_OPENDATA_TEST_CKAN_URL and _TOKEN, or two of its own
	$(BIN)/python tests/support/with_ckan.py

# On the folder portal a publication dies at each opening, write, rename, removal and sync (about 150), then again while that
# is put right (200 pairs), and by real signals; on the CKANs every fault, and SIGKILL, SIGTERM and SIGINT, at each request,
# before and after CKAN acts, and 50 kills at random. Portal, ledger, history and fields are compared with an undisturbed run.
faults: $(VENV)/.ready    ## every interruption of a publication: folder portal (5 minutes), and the same CKANs (an hour)
	MEGURO_OPENDATA_ALL_FAULTS=1 $(BIN)/python -m pytest -q tests/publication/test_interrupted.py
	MEGURO_OPENDATA_ALL_FAULTS=1 $(BIN)/python tests/support/with_ckan.py tests/portals/test_ckan_publishing.py

differential: $(VENV)/.ready   ## many more random cases of the fast engine against frictionless (20 minutes)
	MEGURO_OPENDATA_CASES=20000 $(BIN)/python -m pytest tests/validation/test_engines.py

properties: $(VENV)/.ready     ## every property with a thousand new values each (an hour)
	$(BIN)/python -m pytest -n auto -m hypothesis --hypothesis-profile=searching

fuzz: $(VENV)/.ready      ## ten thousand damaged files and data through the command (an hour); the files of faults are kept in fuzz/
	PYTHONPATH=.:tests/support $(BIN)/python -m fuzz --keep fuzz --cases 10000

mutants: $(VENV)/.ready   ## small changes of the code that guards data, each of which a test must notice (two hours)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[mutants]'
	$(BIN)/python tests/support/mutants.py $(ROOMS)

coverage: $(VENV)/.ready  ## branches that no test takes, by room; commands that tests run as processes are counted (half an hour)
	$(BIN)/python tests/support/coverage_by_room.py

gis: $(VENV)/.ready       ## the matrix of GIS files: every format through every way in and out (a minute)
	$(BIN)/python tests/support/gis_matrix.py

golden: $(VENV)/.ready   ## record all outputs into GOLDEN=folder, to compare two states of the code byte for byte
	$(BIN)/python tests/support/golden.py record $(GOLDEN)

lint: $(VENV)/.ready      ## ruff: style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready     ## mypy, strict
	$(BIN)/mypy

wheel: $(VENV)/.ready     ## build the wheel, install it elsewhere, run the demo from there
	$(BIN)/python tests/support/wheel_check.py

schemas: $(VENV)/.ready   ## write schemas, samples and pages of the standard from its definitions
	$(BIN)/python -m meguro_opendata.standard_schemas.generate

rules: $(VENV)/.ready     ## write the list of findings in docs/rules.md from rules, texts and examples
	$(BIN)/python -m meguro_opendata.validation.rules.document

check: test browser ckan lint types wheel   ## what .ci/run runs

clean:           ## remove what these targets made
	rm -rf $(VENV) build dist *.egg-info demo releases fuzz .pytest_cache .mypy_cache .ruff_cache .hypothesis
