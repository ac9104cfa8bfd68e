# Two commands do everything on a fresh machine: `make run` and `make test`.
SHELL := /bin/sh
PYTHON ?= python3
UV ?= $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
export UV_PROJECT_ENVIRONMENT := .venv
export RASA_TELEMETRY_ENABLED := false

.PHONY: run test help check install bench eval pipelines prism format clean

run: install ## Start everything; prints the address to open.
	@.venv/bin/pst run

test: install ## Run the test suite.
	.venv/bin/pytest $(PYTEST_ARGS)

help: ## Show this list.
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

check: install ## Formatting, lint, types, import contracts.
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	nlu/model/.venv/bin/python -m compileall -q nlu/model/components nlu/model/slim.py

bench: install ## Measure, print the table, write bench/results.json.
	.venv/bin/python -m bench

eval: install ## Ask the evaluation set, write docs/evaluation.md.
	.venv/bin/python -m tests.evaluation

pipelines: install tests/evaluation/diet/.venv/.installed ## Compare pipelines (1.7 GB more, over an hour).
	.venv/bin/python -m tests.evaluation --pipelines

format: install ## Format and mend what can be mended.
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# The two environments are brought up to date only when their lock changed.
install: .venv/.installed nlu/model/.venv/.installed

.venv/.installed: pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen
	@touch $@

nlu/model/.venv/.installed: nlu/model/pyproject.toml nlu/model/uv.lock | $(UV)
	UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --compile-bytecode --project nlu/model
	@touch $@

# Rasa with TensorFlow: for `make pipelines` only.
tests/evaluation/diet/.venv/.installed: tests/evaluation/diet/pyproject.toml tests/evaluation/diet/uv.lock | $(UV)
	UV_PROJECT_ENVIRONMENT=.venv $(UV) sync --frozen --compile-bytecode --project tests/evaluation/diet
	@touch $@

prism: .tools/prism/.installed ## Prism, which holds our requests against Twilio's documents (Node.js and npm).

.tools/prism/.installed: tests/contract/prism/package.json tests/contract/prism/package-lock.json
	mkdir -p $(@D)
	cp $^ $(@D)
	npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund
	@touch $@

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv

clean: ## Remove what was installed and made, but no data.
	rm -rf .venv nlu/model/.venv tests/evaluation/diet/.venv .tools .mypy_cache .ruff_cache .pytest_cache
