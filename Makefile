# Strata's commands. The first one makes .venv; after that an unchanged .venv costs nothing.
#
#   PORT=8080         the front door's port
#   CLOUD_PORT=4566   the emulator's port
#   PYTHON=python3    the interpreter to make .venv with

SHELL := /bin/sh
.SHELLFLAGS := -euc
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# One shell word wherever the checkout stands, with spaces in its path too: every recipe runs in it.
VENV := .venv
RUN := $(VENV)/bin/python
LOCK := $(VENV)/bin/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --python-version $$(cat .python-version)
PORTS := $(if $(PORT),--port $(PORT)) $(if $(CLOUD_PORT),--cloud-port $(CLOUD_PORT))

.PHONY: help venv up dev down reset status logs token pulumi engine-up engine-preview engine-down engine-env \
	test check docs bench lock

help: ## what can be made
	@sed -n 's/^\([a-z][a-z-]*\):.*## /  make \1	/p' Makefile

venv: ## .venv with everything pinned
	@sh local/venv.sh "$(PYTHON)"

up: venv ## the platform, running on this machine
	@$(RUN) -m local up $(PORTS)

dev: venv ## the same, and every saved change live at once
	@$(RUN) -m local dev $(PORTS)

down: venv ## stop it, keep the data
	@$(RUN) -m local down

reset: venv ## stop it, remove the data
	@$(RUN) -m local reset

status: venv ## what runs
	@$(RUN) -m local status

logs: venv ## what the handlers logged; FUNCTION=name for some of them, FOLLOW=1 to go on
	@$(RUN) -m local logs $(if $(FOLLOW),--follow) $(if $(FUNCTION),--function "$(FUNCTION)")

token: venv ## an access token; USER_NAME=admin or CLIENT=name
	@$(RUN) -m local token $(if $(CLIENT),--client "$(CLIENT)",$(if $(USER_NAME),--user "$(USER_NAME)"))

pulumi: venv ## the Pulumi CLI: the one on PATH, or built once with Go
	@$(RUN) -m local.engine cli

engine-up: venv ## the platform, deployed by the real Pulumi engine
	@$(RUN) -m local.engine up $(PORTS)

engine-preview: venv ## what engine-up would change
	@$(RUN) -m local.engine preview

engine-down: venv ## remove what engine-up deployed, and stop
	@$(RUN) -m local.engine down

engine-env: venv ## what leads your own pulumi here: eval "$$(make -s engine-env)"
	@$(RUN) -m local.engine env

test: venv ## every suite that this machine has the parts for; ALL=1 leaves none out
	@$(RUN) -m tests $(if $(ALL),--all)

check: venv ## style, types, import contracts, words, generated docs, and the workflows
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(VENV)/bin/basedpyright
	@$(VENV)/bin/lint-imports --no-cache
	@$(RUN) -m tools.words
	@$(RUN) -m tools.docs --check
	@$(VENV)/bin/zizmor --offline --quiet .github
	@$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml

docs: venv # write the generated tables in docs/
	@$(RUN) -m tools.docs

bench: venv ## how fast it is
	@$(RUN) -m bench

lock: venv ## pin every *.txt from its *.in; one version of a package everywhere
	@$(LOCK) requirements-dev.in -o requirements-dev.txt
	@for list in requirements.in handlers/layers/*.in; do \
		$(LOCK) -c requirements-dev.txt "$$list" -o "$${list%.in}.txt"; done
