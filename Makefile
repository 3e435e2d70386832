# Everything that one does with the console. Each target does its own set-up; `make help` lists them.
.PHONY: help demo demo-day test lint format bench manage keys lock pictures words
.DEFAULT_GOAL := help

PY := .venv/bin/python
# Tests and checks keep their own state, so that they never touch the demo's.
SCRATCH = scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && export STATE_DIR="$$scratch" &&
# Whatever the developer's shell or .env says, lint looks at the settings as they ship.
PRODUCTION = env ENVIRONMENT=production DATABASE_URL=postgres://console@127.0.0.1/console \
	CELERY_BROKER_URL=redis://127.0.0.1/0 ALLOWED_HOSTS=console.example \
	CSRF_TRUSTED_ORIGINS=https://console.example

help: ## this list
	@echo "make demo    a live console over a local Oneflow with 60 accounts; Ctrl-C stops it"
	@echo "make demo-day  a working day replayed in about a minute: what goes wrong, and who is told of what"
	@echo "make test    all tests; ARGS=\"tests/health -x\" for some of them"
	@echo "make lint    style, types, import contracts, settings, migrations"
	@echo "make bench   all benchmarks, with their targets; BENCH=refresh for one"
	@echo "make manage  manage.py on the demo's state: make -s manage ARGS=\"installations --json\""
	@echo "make keys    fresh keys for a production console, as settings"
	@echo "make format  put imports and layout in order"
	@echo "make lock    compile requirements*.in to the pinned requirements*.txt"
	@echo "make words   write docs/health/ and its tables anew from the words of the code"
	@echo "make pictures  take the pictures in docs/pictures anew"
	@echo
	@echo "Settings of the demo: PORT (8000), SANDBOX_PORT (8001), DEMO_DIR (.demo), DEMO_ACCOUNTS (60),"
	@echo "DEMO_SEED (7), DEMO_FAULTS (1; 0 leaves every account healthy). Example: make demo PORT=9000"

demo:
	@.ci/environment runtime
	@exec $(PY) -m console.demo demo

demo-day:
	@.ci/environment runtime
	@exec $(PY) -m console.demo.day

# $(value …): make leaves dollars and brackets in ARGS alone; the shell takes its quotes apart.
manage:
	@.ci/environment runtime
	@exec $(PY) -m console.demo $(value ARGS)

test:
	@.ci/environment development
	@.ci/browser
	@$(SCRATCH) $(PY) -m pytest -q -p no:cacheprovider -n auto --maxprocesses=4 $(value ARGS)

lint:
	@.ci/environment development
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	@$(SCRATCH) set -x && $(PY) manage.py check --fail-level WARNING && $(PY) manage.py makemigrations --check
	@$(SCRATCH) set -x && $(PRODUCTION) $$($(PY) -m console.keys) $(PY) manage.py check --deploy --fail-level WARNING

format:
	@.ci/environment development
	$(PY) -m ruff check --fix-only --select I .
	$(PY) -m ruff format .

bench:
	@.ci/environment development
	@$(SCRATCH) $(PY) -m bench $(BENCH)

keys:
	@.ci/environment runtime
	@$(PY) -m console.keys

lock:
	@.ci/environment development
	$(PY) -m piptools compile --quiet --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --annotation-style=line --no-header --output-file=requirements.txt requirements.in
	$(PY) -m piptools compile --quiet --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --annotation-style=line --no-header --output-file=requirements-dev.txt requirements-dev.in

pictures:
	@.ci/environment development
	@.ci/browser
	@$(PY) -m tests.browser.pictures

words:
	@.ci/environment runtime
	@$(SCRATCH) $(PY) -m console.manual
