# make demo and make test are the only commands a new machine needs (Python 3.11 to 3.13, make).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check format bench eval train clean

demo: $(VENV)/.demo
	@$(BIN)/analyzer demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev
	$(BIN)/python eval/bench.py

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	  || { echo "analyzer needs Python 3.11 to 3.13, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[sphinx]'
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,sphinx]'
	@touch $@ $(VENV)/.demo

# The language model's replies are kept, so that everybody can repeat its figures without a key.
REPLAY := --engine llm --llm lm-pass --llm-mode replay --replies eval/replies

eval: $(VENV)/.dev
	$(BIN)/analyzer eval check --data eval --quotas --beside tests --beside analyzer
	$(BIN)/analyzer eval challenge --data eval/challenge
	$(BIN)/analyzer eval run --data eval/meetings/test --out $(VENV)/local-test
	$(BIN)/analyzer eval gate eval/baselines/local-test.json $(VENV)/local-test.json
	$(BIN)/analyzer eval challenge --data eval/challenge $(REPLAY)/challenge.jsonl
	$(BIN)/analyzer eval run --data eval/meetings/test $(REPLAY)/test.jsonl --out $(VENV)/llm-test
	$(BIN)/analyzer eval gate eval/baselines/llm-test.json $(VENV)/llm-test.json
	$(BIN)/analyzer eval follow-through --data eval/series/test.json
	$(BIN)/analyzer eval follow-through --data eval/series/test.json $(REPLAY)/follow_through-test.jsonl --least 0.85

train: $(VENV)/.dev
	$(BIN)/analyzer eval train --data eval/train --snippets eval/train_snippets.json
