# Everything a newcomer or CI needs; wants only python3 (3.11 or later), make and a package index.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
CONSTRAINTS := constraints.txt
JOBS   ?= 2

# pip checks every file against the hashes in locked/, and runs no code of a package while it installs.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED  := $(INSTALL) --require-hashes --only-binary :all: --no-deps
ITSELF  := $(INSTALL) --no-deps --no-build-isolation -e .
UV      := $(VENV)/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header \
           --custom-compile-command "make lock" -c $(CONSTRAINTS) --overrides locked/left-out.txt

.PHONY: help demo test lint types docs hostile fuzz kills faults flips hashes coverage mutants bench evaluate rivals examples lock clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# One environment; a stamp a set of packages, so that a second run installs nothing.
$(BIN)/python:
	@echo "==> making an environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "goldenear needs Python 3.11 or later; set PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "python3 has no venv module: on Debian, apt install python3-venv" >&2; exit 1; }

$(VENV)/.demo: $(BIN)/python pyproject.toml locked/demo.txt
	@echo "==> installing goldenear with pictures"
	@$(LOCKED) -r locked/demo.txt
	@$(ITSELF)
	@touch $@

# torch is left out of locked/: locked/left-out.txt says why.
$(VENV)/.all: $(BIN)/python pyproject.toml $(CONSTRAINTS) locked/all.txt
	@echo "==> installing goldenear, all its extras, and what tests and docs need"
	@$(LOCKED) -r locked/all.txt
	@$(INSTALL) --only-binary :all: -c $(CONSTRAINTS) torch
	@$(ITSELF)
	@$(BIN)/python -m pip --quiet --disable-pip-version-check check
	@touch $@ $(VENV)/.demo

$(VENV)/.rivals: $(VENV)/.all requirements-rivals.txt
	@echo "==> installing what the scorecard compares with"
	@$(INSTALL) -c $(CONSTRAINTS) -r requirements-rivals.txt
	@touch $@

$(VENV)/.trials: $(VENV)/.all requirements-trials.txt
	@echo "==> installing the fuzzer, and what counts branches and makes small mistakes"
	@$(INSTALL) -c $(CONSTRAINTS) -r requirements-trials.txt
	@touch $@

demo: $(VENV)/.demo  ## set up, judge the example candidates, draw why (demo-output/)
	@echo "==> judging the example candidates by the example taste"
	@$(BIN)/goldenear demo --output demo-output

test: $(VENV)/.all lint types  ## set up, run every check and every test
	@echo "==> running every test and doctest"
	@$(BIN)/python -m pytest -n $(JOBS)
	@$(MAKE) --no-print-directory docs

lint: $(VENV)/.all  ## style
	@echo "==> checking style"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.all  ## types, strictly
	@echo "==> checking types"
	@$(BIN)/mypy

docs: $(VENV)/.all  ## build the documentation into docs/_build/html; a warning is an error
	@echo "==> building the documentation"
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

kills: $(VENV)/.all  ## four programs add samples and are killed, N times (10,000): is anything lost?
	@$(BIN)/python tests/store_trials.py kills $(if $(N),--count $(N))

faults: $(VENV)/.all  ## every call to the system fails in turn: is anything lost?
	@$(BIN)/python tests/store_trials.py faults

flips: $(VENV)/.all  ## one bit turns over, 3,000 times, in all that the program keeps: does it change anything unnoticed?
	@$(BIN)/python tests/flip_trials.py

hashes: $(VENV)/.all  ## twenty processes judge the same in different ways: do they say the same?
	@$(BIN)/python tests/hash_trials.py

coverage: $(VENV)/.trials  ## how many branches of the readers do their tests take?
	@$(BIN)/python tests/reader_coverage.py

mutants: $(VENV)/.trials  ## one small mistake at a time in the rule of the veto, the store and the score: does a test notice?
	@$(BIN)/python tests/mutants.py

bench: $(VENV)/.all  ## goldenear against what a user would pick instead, in one run; DATA=FOLDER adds real music
	@$(BIN)/python -m benchmarks $(if $(DATA),--data $(DATA))

evaluate: $(VENV)/.all  ## how right it is, on real music with ground truth; DATA=FOLDER holds it
	@$(BIN)/python -m evaluation $(if $(DATA),--data $(DATA))

rivals: $(VENV)/.rivals  ## the scorecard: the same melodies by other people's programs; DATA=FOLDER adds real music
	@$(BIN)/python -m evaluation.rivals $(if $(DATA),--data $(DATA))

hostile: $(VENV)/.all  ## bring some thousand hostile files through every door of the program
	@PYTHONPATH=tests $(BIN)/python -m hostile --jobs $(JOBS)

fuzz: $(VENV)/.trials  ## fuzz every reader; FUZZ="abc kern" picks some, SECONDS=60 is for each
	@PYTHONPATH=tests $(BIN)/python -m hostile.fuzz $(FUZZ) --seconds $(or $(SECONDS),60)

examples: $(VENV)/.all  ## write the example music again from examples_source/
	@$(BIN)/python -m examples_source.build

lock:  ## write locked/ again, after a version in constraints.txt has changed
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(UV) --python-version 3.11 --extra plot -o locked/demo.txt pyproject.toml locked/build.in
	@$(UV) --python-version 3.11.5 --extra all -o locked/all.txt pyproject.toml requirements-dev.txt locked/build.in locked/for-torch.in

clean:  ## remove everything that was made here
	rm -rf $(VENV) build dist demo-output docs/_build docs/auto_gallery .pytest_cache .mypy_cache .ruff_cache .hypothesis
