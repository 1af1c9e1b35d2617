# Supercargo. `make` alone lists the targets. Each installs what it needs, says what it does, and does nothing twice.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
NODE := node_modules/.bin/node
JEST := $(NODE) --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js
# Where a test command keeps what is slow to make: Kubernetes, the test store. Outside the repository.
CACHE := $(or $(SUPERCARGO_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache))/supercargo

comma := ,
.PHONY: help demo dev test test-unit test-integration test-pages test-e2e peers e2e-up e2e-silent e2e-together e2e-alone e2e-down test-faults test-fuzz bench-sync bench-embedded bench-fleet bench-operator bench-neighbours bench-drivers check format lint conformance generate build image cluster-up cluster-demo cluster-down sbom release audit clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

node_modules/.package-lock.json: package.json package-lock.json
	@echo "installing packages ..."
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

demo: node_modules/.package-lock.json ## a real store, `supercargo up`, one order there and back (ONCE=1: then end)
	@$(NODE) test/demo/demo.ts

dev: node_modules/.package-lock.json ## a simulated shop and `supercargo up`, each started anew when its code changes (STATE=folder)
	@$(NODE) test/dev/dev.ts

# Two lanes for two cores, neither of which waits for the other: types, lint, unit and integration tests; and what needs a
# cluster where pods run, which waits for pods most of its time, and then the commands of the pages. That lane is a shell
# of its own: of a bare pipeline that is over when it is waited for, only sed's good end would be known.
test: node_modules/.package-lock.json ## everything that proves it: unit, integration, end to end on a real cluster
	@rm -rf .test-summary; mkdir -p .test-summary; set -o pipefail; status=0; sub="$(MAKE) --no-print-directory"; \
	  echo "types, lint, unit and integration tests; in the meantime, as [cluster], a cluster and what needs one ..."; \
	  ( { ended=0; if $$sub e2e-up TYPES=checked HOLDER=$$$$; then \
	      for part in silent alone together; do $$sub e2e-$$part || ended=1; done; else ended=1; fi; \
	    $$sub test-pages || ended=1; test $$ended = 0; } \
	    2>&1 | sed -u 's/^/[cluster] /' ) & cluster=$$!; \
	  { $$sub check && $$sub test-unit; } || status=1; \
	  $$sub test-integration WHICH='$(NOT_PAGES)' || status=1; \
	  wait $$cluster || status=1; $$sub e2e-down HOLDER=$$$$; \
	  echo; cat .test-summary/*.txt | $(NODE) test/summary.ts || status=1; exit $$status

check: node_modules/.package-lock.json ## types, format, lint, generated files
	@echo "types; in the meantime format, lint, generated files ..."; tsc -p tsconfig.json & types=$$!; status=0; \
	  prettier --check --log-level=warn . || { echo "run: make format"; status=1; }; \
	  { $(NODE) test/lint/imports.ts && $(NODE) crds/generate.ts --check && $(NODE) charts/generate.ts --check && eslint .; } || status=1; \
	  wait $$types && exit $$status

format: node_modules/.package-lock.json ## write every TypeScript file as prettier has it
	@prettier --write --log-level=warn .

lint: node_modules/.package-lock.json ## lint alone
	@eslint . && $(NODE) test/lint/imports.ts

conformance: node_modules/.package-lock.json ## hold a driver to the rules (DRIVER=generic, CASES=C8,C3.total)
	@$(NODE) cli/main.ts conformance $(DRIVER) $(if $(CASES),--cases $(CASES))

test-unit: node_modules/.package-lock.json ## unit tests alone (two minutes)
	@$(JEST) --selectProjects unit --maxWorkers=2 --testSequencer=./test/long-first.js --reporters=default --reporters=./test/jest-summary.js

NOT_PAGES := ^(?!.*test/pages/)
INTEGRATION = $(JEST) --selectProjects integration --maxWorkers=2 --testSequencer=./test/long-first.js --reporters=default --reporters=./test/jest-summary.js

test-integration: node_modules/.package-lock.json ## real kube-apiserver and etcd, real PostgreSQL, real store
	@$(NODE) test/cluster/cli.ts build kube-apiserver etcd
	@$(INTEGRATION) $(if $(WHICH),--testPathPatterns '$(WHICH)')

test-pages: node_modules/.package-lock.json
	@SUMMARY=-pages $(INTEGRATION) --testPathPatterns '/test/pages/'

E2E := $(JEST) --selectProjects e2e --reporters=default --reporters=./test/jest-summary.js

# A cluster of its own name: one that you brought up by hand is left alone, and another clone's tests are waited for.
# What is under together/ shares it, silent/ wants it for itself; the others kill what all need, or license all of it.
e2e-up e2e-silent e2e-together e2e-alone e2e-down test-e2e: export CLUSTER := supercargo-e2e
test-e2e: node_modules/.package-lock.json ## a cluster where pods run, the chart installed, the real store
	@status=0; sub="$(MAKE) --no-print-directory"; $$sub e2e-up HOLDER=$$$$ || exit 1; \
	  for part in silent together alone; do $$sub e2e-$$part || status=1; done; \
	  $$sub e2e-down HOLDER=$$$$; exit $$status

# Building Kubernetes for the first time must not take the time from the tests beside it.
e2e-up: build
	@nice $(NODE) test/cluster/cli.ts build && nice $(NODE) test/cluster/cli.ts build argocd source-controller kustomize-controller helm-controller cosign crane
	@$(NODE) test/e2e/prepare.ts

e2e-silent: node_modules/.package-lock.json
	@SUMMARY=-silent $(E2E) --runInBand --testPathPatterns '/e2e/silent/'

e2e-together: node_modules/.package-lock.json
	@SUMMARY=-together $(E2E) --maxWorkers=3 --testPathPatterns '/e2e/together/'

e2e-alone: node_modules/.package-lock.json
	@SUMMARY=-alone $(E2E) --runInBand --testPathPatterns '/e2e/(?!together/|silent/)|/cluster\.e2e\.'

e2e-down: node_modules/.package-lock.json
	@$(NODE) test/e2e/down.ts

test-faults: node_modules/.package-lock.json ## kill -9, cut wires, crashed database, stepped clock, then count (KILLS=500 SEED=n; about half an hour)
	@$(JEST) --selectProjects faults --runInBand

test-fuzz: node_modules/.package-lock.json ## requests made up from the hub's OpenAPI document (FUZZ_EXAMPLES=100 FUZZ_SEED=1)
	@echo "schemathesis against a hub with data, $(or $(FUZZ_EXAMPLES),100) examples for each route: some minutes ..."
	@SUPERCARGO_CACHE=$(patsubst %/supercargo,%,$(CACHE)) $(NODE) test/fuzz/fuzz.ts

peers: node_modules/.package-lock.json ## clients that others wrote (ShopifyAPI, prestapyt, pymagento) at the simulated shops; needs Python and PyPI
	@SUPERCARGO_CACHE=$(patsubst %/supercargo,%,$(CACHE)) PEERS_NEEDED=1 $(JEST) --selectProjects integration --runInBand --testPathPatterns '/integration/peers/'

generate: node_modules/.package-lock.json ## CRDs, reference pages, chart files from the zod schemas
	@$(NODE) crds/generate.ts && $(NODE) charts/generate.ts

build: node_modules/.package-lock.json ## compile to dist/
	@tsc -p tsconfig.build.json $(if $(TYPES),--noCheck)

# Compiled, as the image runs it. RECORDS, REPEAT, PEERS=0, MEMORY (a list), LEVELS, ONLY (a list of parts): bench/README.md.
bench-sync: node_modules/.package-lock.json ## store to PostgreSQL beside dlt, Singer and bare COPY (RECORDS=20000: shorter, PEERS=0: alone)
	@tsc -p bench/tsconfig.json
	@NODE_ENV=production $(NODE) bench/.build/bench/sync/main.js

# RECORDS (orders, 100,000), REST (seconds left alone, 60).
bench-embedded: build ## what the hub's own database costs: time, CPU, memory, in `up` and beside a hub (3 minutes)
	@tsc -p bench/tsconfig.json
	@NODE_ENV=production $(NODE) bench/.build/bench/embedded/main.js

# CONNECTIONS: a list (10,100,1000), SECONDS_EACH of quiet (120), HUBS (1).
bench-fleet: node_modules/.package-lock.json ## what connections cost while nothing happens, and a hub under all of them at once (20 minutes)
	@$(NODE) bench/fleet/main.ts $(or $(CONNECTIONS),10$(comma)100$(comma)1000) $(or $(SECONDS_EACH),120) $(or $(HUBS),1)
	@$(NODE) bench/fleet/up.ts

# CONNECTIONS: a list (1000,5000,10000), SYSTEMS: a list of ours, changed, always (bench/README.md). Needs Go for the last two.
bench-operator: node_modules/.package-lock.json ## the operator with ten thousand connections, beside a controller of the same shape in Go (an hour)
	@tsc -p bench/tsconfig.json
	@$(NODE) test/cluster/cli.ts build kube-apiserver etcd
	@$(NODE) bench/operator/main.ts

# SECONDS_EACH: of each measurement (15), WAITING webhooks of the endpoint that hangs (10,000).
bench-neighbours: node_modules/.package-lock.json ## what one tenant costs another: a key at full speed, an endpoint that hangs (3 minutes)
	@$(NODE) bench/tenants/neighbour.ts $(or $(SECONDS_EACH),15)
	@$(NODE) bench/tenants/hanging.ts 300 $(or $(WAITING),10000)

# DRIVERS (a list), ORDERS (20,000), PRODUCTS (10,000), ONLY (of budget, orders, few-products, products), PROFILE=1.
bench-drivers: node_modules/.package-lock.json ## what each driver asks of its platform, and what its pod costs (10 minutes)
	@tsc -p bench/tsconfig.json
	@NODE_ENV=production $(NODE) bench/.build/bench/drivers/main.js

image: build ## the container image, with or without a Docker engine
	@$(NODE) test/cluster/cli.ts image

sbom: node_modules/.package-lock.json ## what ships, as CycloneDX (sbom.cdx.json); the image has its own at /app/sbom.cdx.json
	@$(NODE) supply/sbom.ts sbom.cdx.json

# REGISTRY, VERSION, KEY (or a CI's identity), SOURCE, BUILDER, BUILD_BASE, RUNTIME_BASE: docs/supply-chain.md. Needs buildah, helm, cosign, crane.
release: node_modules/.package-lock.json ## image, chart, signatures and statements into a registry (REGISTRY= VERSION= KEY=)
	@$(NODE) supply/release.ts

audit: node_modules/.package-lock.json ## known weaknesses of the packages that ship (needs a registry with advisories)
	@$(NODE) supply/audit.ts

cluster-up: build ## a Kubernetes cluster on this machine with Supercargo installed by Helm
	@$(NODE) test/cluster-demo/up.ts

cluster-demo: build ## the same order story on that cluster
	@$(NODE) test/cluster-demo/demo.ts

cluster-down: node_modules/.package-lock.json ## remove that cluster
	@$(NODE) test/cluster/cli.ts down

clean: ## remove what was built here (not the cache outside)
	@rm -rf dist coverage .test-summary
