# make run and make test do all the set-up on a fresh machine that has the Swift toolchain.

CONDOR := .build/release/condor
VENV := .venv
PYTHON := $(VENV)/bin/python

.PHONY: help run build test bench format lint packages clean
help: ## what there is to make
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: packages build ## install what is missing, build, start a development node
	$(CONDOR) node --dev

build: ## the condor program, optimised
	swift build -c release --product condor

test: packages build $(VENV)/ready ## everything that must hold; ends with N passed, N failed
	$(PYTHON) Scripts/run-tests

bench: packages build $(VENV)/ready ## speed beside peers and limits, a table for each subject
	$(PYTHON) Benchmarks/run.py
	$(PYTHON) Benchmarks/precompiles.py
	swift build -c release --product condor-bench
	$(PYTHON) Benchmarks/programs.py
	$(PYTHON) Benchmarks/rpc.py
	$(PYTHON) Benchmarks/memory.py
	$(PYTHON) Benchmarks/quant.py
	$(PYTHON) Benchmarks/keccak.py
	$(PYTHON) Benchmarks/state.py

format: ## put the sources into the project's format
	swift format -i -r Sources Tests Benchmarks Package.swift

lint: ## say where the sources are not in the project's format
	swift format lint --strict -r Sources Tests Benchmarks Package.swift

packages: ## install Debian packages that are missing
	@Scripts/install-packages

$(VENV)/ready: Tests/requirements.txt
	@Scripts/make-venv $(VENV)

clean: ## remove everything that was built
	rm -rf .build $(VENV) .cache
