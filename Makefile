# make run, make test: the first call builds .venv, later ones find it. PYTHON=… names another interpreter.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test soak check format schema bench clean setup setup-dev

PY := .venv/bin/python
CANDIDATES := python3.13 python3.12 python3.11 python3
QUICK := not tensorflow and not network and not chromium and not ray and not postgres
PYTEST := -m pytest -q -n auto --maxprocesses 4 --dist loadfile

help: ## Print these targets
	@awk -F ':[^#]*## ' '/^[a-z-]+:[^#]*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: setup ## Train and record experiments/movie_snippets_lstm.yaml
	@$(PY) -m rnnlab.cli run experiments/movie_snippets_lstm.yaml

test: setup-dev ## Run the whole test suite
	@left=; \
	leave() { echo "no $$1 here: the tests that $$2 are left out (CI=true demands them)"; left="$$left and not $$3"; }; \
	if [ -z "$$CI" ]; then \
	  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || leave chromium "drive it" chromium; \
	  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || leave PostgreSQL "start a server" postgres; \
	  $(PY) -c 'import importlib.util as u, sys; sys.exit(u.find_spec("ray") is None)' || leave Ray "start a cluster" ray; \
	fi; \
	exec $(PY) $(PYTEST) -m "$${left# and }"

soak: setup-dev ## Run the tests that take long, too
	@exec $(PY) $(PYTEST) --soak

check: setup-dev ## Format, lint, types, import contracts, schema, fast tests
	$(PY) -m ruff format --check --output-format concise .
	$(PY) -m ruff check --output-format concise .
	$(PY) -m mypy
	$(PY) -c 'from importlinter.cli import lint_imports_command as run; run()' --no-cache
	$(PY) -m rnnlab.cli schema --check
	$(PY) $(PYTEST) -m "$(QUICK)"

format: setup-dev ## Format the code and mend what ruff can mend
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

schema: setup ## Write schemas/experiment.schema.json anew
	$(PY) -m rnnlab.cli schema --write

bench: setup ## Measure how fast everything is into docs/performance.md; PEERS=… names a Python that has torch or jax
	$(PY) benchmarks/startup.py
	$(PY) benchmarks/performance --output docs $(if $(PEERS),--peers $(PEERS))

clean: ## Remove .venv and the tools' caches; runs and data stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find rnnlab tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

setup: ## Build .venv with what rnnlab needs
	@$(call install,run,-e .,dev)

setup-dev: ## Build .venv with the development tools too
	@$(call install,dev,-e '.[dev]',dev)

# $(call install,NAME,WHAT,ALSO): .venv/.NAME holds the state of pyproject.toml and of this folder that was installed last
# (.ALSO holds it where more was). .venv/.busy is there while pip works: found at the start, it tells of a set-up that was
# killed, and .venv is built again.
define install
set -e; \
state="$$(pwd) $$(cksum < pyproject.toml)"; \
for stamp in $(1) $(3); do \
  if [ ! -e .venv/.busy ] && [ "$$(cat .venv/.$$stamp 2>/dev/null)" = "$$state" ] && $(PY) -c '' 2>/dev/null; then exit 0; fi; \
done; \
if [ -e .venv/.busy ] || ! $(PY) -m pip --version >/dev/null 2>&1; then \
  rm -rf .venv; \
  for candidate in "$(PYTHON)" $(CANDIDATES) none; do \
    if [ "$$candidate" = none ]; then \
      echo "rnnlab needs Python 3.11, 3.12 or 3.13 with venv (Debian: apt install python3-venv);" >&2; \
      echo "none of these is one: $(PYTHON) $(CANDIDATES). Name yours: make PYTHON=/path/to/python" >&2; \
      exit 1; \
    fi; \
    if "$$candidate" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
      then break; fi; \
  done; \
  echo "making .venv with $$("$$candidate" --version)"; \
  "$$candidate" -m venv .venv; \
fi; \
echo "installing rnnlab and what it needs into .venv: about 3 GB, some minutes the first time"; \
touch .venv/.busy; \
if ! $(PY) -m pip install --quiet --disable-pip-version-check $(2); then \
  rm .venv/.busy; \
  echo "pip could not install rnnlab; its message is above. The next call tries again" >&2; \
  exit 1; \
fi; \
printf '%s' "$$state" > .venv/.$(1); \
rm .venv/.busy
endef
