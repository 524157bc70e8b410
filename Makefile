# Everything a developer runs. The first target that needs it makes .venv.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= 2
# Random specs in a sweep; the seed of its series, and of fuzzing.
N ?= 300
SEED ?= 0
# The suite runs one process a core; frameworks must not each take all cores.
THREADS := OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1

.PHONY: help install demo test lint sweep fuzz format docs bench lock clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c requirements.lock -e '.[all,dev]'
	$(BIN)/python -m compileall -q specc grammar backends
	@touch $@

install: $(STAMP)  ## make .venv with everything in it, at the locked versions

demo: $(STAMP)  ## train one spec on PyTorch and on Keras, and prove them the same
	$(BIN)/python examples/demo.py

test: lint  ## lint, then the tests
	$(THREADS) $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

lint: $(STAMP)  ## style, types, layering
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

sweep: $(STAMP)  ## N random specs (SEED=…) through the full proof; what fails is kept
	$(THREADS) $(BIN)/python -m specc.verify.sweep --count $(N) --seed $(SEED) \
		--keep tests/equivalence/regressions

fuzz: $(STAMP)  ## 20,000 made-up specs (SEED=…), 50,000 damaged ones, every prefix of every example
	$(BIN)/python tests/language/fuzz.py --seed $(SEED)

format: $(STAMP)  ## put the code in the one style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP)  ## write grammar/REFERENCE.md anew from the catalogue and the rules
	$(BIN)/specc catalog --markdown > .reference.tmp
	mv .reference.tmp grammar/REFERENCE.md

bench: $(STAMP)  ## speed of training against hand-written programs; speed of the checker
	$(BIN)/python bench/train_speed.py
	$(BIN)/python bench/compiled_step.py
	$(BIN)/python bench/check_scale.py

lock: $(STAMP)  ## write requirements.lock from what is installed in .venv
	$(BIN)/python -m pip freeze --all --exclude pip --exclude specc | sed -E 's/\+cpu$$//' > .lock.tmp
	mv .lock.tmp requirements.lock
	@touch $(STAMP)

clean:  ## remove what tools leave behind, not .venv
	rm -rf build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find specc grammar backends tests -name __pycache__ -type d -prune -exec rm -rf {} +
