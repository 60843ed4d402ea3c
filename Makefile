# make run     set up, index the guides, start the bot (in Slack with its tokens, otherwise here)
# make test    set up with the test packages, then lint, type check and test
# make test-long     the same with more of the generated inputs
# make ask Q='what does it pay?'    one question; make chat, index, doctor: the other commands
# make eval    answer the evaluation questions and score them; make pictures: the README's pictures
# make bench   measure this project and what people would pick instead (in environments of its own, some 10 GB); BENCH=search: one part
# make chaos   kill the running bot and cut it off, and compare what was asked with what was answered; CHAOS='--help' shows how much
# make damaged   read a thousand damaged files of every format; DAMAGED='--help' shows how many, and of what
# make audit   the licences of all locked packages, and what is known of weaknesses in them; AUDIT='-s osv' asks another service
# make charts  add matplotlib, which draws the picture of the weekly report
# make fit     fit the numbers of search, quoting, checking and hearing again on labelled data
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Python compiles the modules that it uses; pip would compile all, which takes 100 MB.
INSTALL := $(BIN)/pip install --quiet --no-deps --no-compile

.PHONY: run chat ask index doctor charts test test-long lint eval fit bench chaos damaged audit pictures lock
run: .venv/installed
	@$(BIN)/careerbot run
chat index doctor: .venv/installed
	@$(BIN)/careerbot $@
# The question reaches the bot as typed: make must not expand it (a $ in it), nor hand it to the environment, which would
# expand it too; the shell sees a variable only.
unexport Q
ask: export ASKED := $(value Q)
ask: .venv/installed
	@$(BIN)/careerbot ask -- "$$ASKED"

test: lint
	$(BIN)/pytest
test-long: lint
	TEST_LONG=1 $(BIN)/pytest
lint: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
eval: .venv/installed-dev
	@$(BIN)/python -m tests.evals
fit: .venv/installed-dev
	@$(BIN)/python -m tests.fitting
bench: .venv/installed-dev
	@$(BIN)/python -m tests.benchmarks $(BENCH)
chaos: .venv/installed-dev
	@$(BIN)/python -m tests.chaos $(CHAOS)
damaged: .venv/installed-dev
	@$(BIN)/python -m tests.damaged $(DAMAGED)
audit: .venv/installed-dev
	@$(BIN)/python -m tests.audit $(AUDIT)
pictures: .venv/installed-dev
	@$(BIN)/python -m tests.pictures

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
.venv/installed: requirements.lock pyproject.toml | .venv/bin/pip
	@echo "Installing packages into .venv (about a minute) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@
charts: .venv/installed
	@$(INSTALL) --require-hashes -r requirements-charts.lock
.venv/installed-dev: requirements-dev.lock pyproject.toml | .venv/bin/pip
	@echo "Installing packages for tests into .venv (about a minute) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@ .venv/installed

# Needs uv. The overrides leave out packages that are asked for and not needed.
COMPILE := uv pip compile --quiet pyproject.toml --group build --group weights --override requirements-left-out.txt --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header
BESIDE := langchain_recipe llamaindex_starter slack_sample
lock:
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra charts -c requirements.lock -o requirements-charts.lock
	$(COMPILE) --extra charts --group dev -c requirements-charts.lock -o requirements-dev.lock
	for name in $(BESIDE); do uv pip compile --quiet tests/benchmarks/beside/requirements/$$name.in --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header -o tests/benchmarks/beside/requirements/$$name.lock || exit 1; done
