# Strata's commands. The first one creates .venv; later commands reuse it while it is up to date.
#
#   PORT=8080         the front door's port
#   CLOUD_PORT=4566   the emulator's port
#   REFRESH=1         read every resource first, and create those that were deleted outside these commands
#   PYTHON=python3    the interpreter that creates .venv

SHELL := /bin/sh
.SHELLFLAGS := -euc
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Python reads and writes UTF-8 in every locale.
export PYTHONUTF8 := 1
# The user's settings of other programs, which would change how Python runs and where a script's cd goes.
unexport PYTHONHOME PYTHONPATH PYTHONOPTIMIZE PYTHONWARNINGS PYTHONDEVMODE PYTHONINSPECT PYTHONSTARTUP \
	PYTHONSAFEPATH PYTHONPLATLIBDIR PYTHONCASEOK PYTHONEXECUTABLE CDPATH
# Requests to this machine never use a proxy; requests to registries do.
COMMA := ,
DIRECT := $(or $(no_proxy),$(NO_PROXY))
export no_proxy := $(DIRECT)$(if $(DIRECT),$(COMMA))localhost,127.0.0.1,::1
export NO_PROXY := $(no_proxy)

# A relative path is one shell word, even if the path of the checkout contains spaces.
VENV := .venv
RUN := $(VENV)/bin/python
LOCK := $(VENV)/bin/uv pip compile -q --universal --generate-hashes --no-annotate --no-header --python-version $$(cat .python-version)
REFRESHED := $(if $(REFRESH),--refresh)
PORTS := $(if $(PORT),--port $(PORT)) $(if $(CLOUD_PORT),--cloud-port $(CLOUD_PORT))

.PHONY: help venv up dev down reset status logs token pulumi engine-up engine-preview engine-down engine-env \
	test screenshots check record docs new bench lock

help: ## list the commands
	@sed -n 's/^\([a-z][a-z-]*\):.*## /  make \1	/p' Makefile

venv: ## create .venv with the pinned packages
	@sh local/venv.sh "$(PYTHON)"

up: venv ## start the platform on this machine; VERIFY=1 applies the program even if nothing has changed
	@$(RUN) -m local up $(PORTS) $(REFRESHED) $(if $(VERIFY),--verify)

dev: venv ## start the platform and deploy each saved change
	@$(RUN) -m local dev $(PORTS) $(REFRESHED)

down: venv ## stop the platform, keep the data
	@$(RUN) -m local down

reset: venv ## stop the platform, delete the data
	@$(RUN) -m local reset

status: venv ## show what is running
	@$(RUN) -m local status

logs: venv ## print the logs of the handlers; FUNCTION=name filters, FOLLOW=1 follows
	@$(RUN) -m local logs $(if $(FOLLOW),--follow) $(if $(FUNCTION),--function "$(FUNCTION)")

token: venv ## print an access token; USER_NAME=admin or CLIENT=name
	@$(RUN) -m local token $(if $(CLIENT),--client "$(CLIENT)",$(if $(USER_NAME),--user "$(USER_NAME)"))

pulumi: venv ## find the Pulumi CLI on PATH, or build it once with Go
	@$(RUN) -m local.engine cli

engine-up: venv ## deploy the platform on this machine with the Pulumi engine
	@$(RUN) -m local.engine up $(PORTS) $(REFRESHED)

engine-preview: venv ## preview the changes of engine-up
	@$(RUN) -m local.engine preview $(PORTS)

engine-down: venv ## destroy what engine-up deployed, and stop
	@$(RUN) -m local.engine down $(PORTS)

engine-env: venv ## print the environment for your own pulumi: eval "$$(make -s engine-env)"
	@$(RUN) -m local.engine env $(PORTS)

test: venv ## run the suites; QUICK=1 runs what the changed files need, ALL=1 fails if a suite cannot run here
	@$(RUN) -m tests $(if $(QUICK),--quick) $(if $(ALL),--all)

screenshots: venv ## take a picture of each page of the app, into .local/screenshots
	@$(RUN) -m tests.browser.screenshots

check: venv ## check style, types, imports, words, generated files and workflows
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(VENV)/bin/basedpyright
	@$(VENV)/bin/lint-imports --no-cache
	@$(RUN) -m tools.words
	@$(RUN) -m tools.docs --check
	@$(RUN) -m tools.client --check
	@$(VENV)/bin/zizmor --offline --quiet .github
	@$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml

record: venv ## write recorded/: resources, permissions, routes, hops and the API's document; and the app's client
	@$(RUN) -m tools.record
	@$(RUN) -m tools.client

docs: venv ## write the generated tables in docs/
	@$(RUN) -m tools.docs

new: venv ## generate a domain that works; DOMAIN=orders
	@$(RUN) -m tools.new domain "$(DOMAIN)"

bench: venv ## run the benchmarks; QUICK=1 runs each once, in its smallest size
	@$(RUN) -m bench $(if $(QUICK),--quick)

lock: venv ## pin each *.txt again from its *.in, with one version per package
	@$(LOCK) requirements-dev.in -o requirements-dev.txt
	@for list in requirements.in handlers/layers/*.in; do \
		$(LOCK) -c requirements-dev.txt "$$list" -o "$${list%.in}.txt"; done
