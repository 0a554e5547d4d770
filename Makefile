# VIN Reader. `make` lists the targets; each sets up what it needs first.

VENV := .venv
BIN := $(VENV)/bin

# The interpreter for the virtual environment: python3.13 as in Lambda, else the best at hand. It is
# tried by running it, as a version manager's shim may stand in the PATH for a Python that is not
# installed. Choose another with `make setup PYTHON=/path/to/python` before $(VENV) exists.
USABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach python,python3.13 python3 python3.12 python3.11,$(shell \
	$(python) -c "$(USABLE)" >/dev/null 2>&1 && echo $(python))))

ARCHITECTURE ?= x86_64

# An environment of its own: checkov pins a boto3 of years ago.
CHECKOV := $(VENV)-checkov
CHECKOV_VERSION := 3.3.30

# Environments of their own for what the benchmarks compare with.
PEERS := $(VENV)-peers
GENERATORS := $(VENV)-generators

# Options for the training commands, `make bench` and `make lambda-image`: `make train-detector ARGS="--hours 2"`.
ARGS ?=
PHOTO ?=
LISTEN ?=
SCHEDULER ?=
STACK ?= vin-reader

export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help setup setup-training fonts run serve openapi client publish-pages page-pictures test test-lambda test-sam lambda-image \
	check checkov build clean contact-sheet synthesise worker train-detector train-recognizer export \
	corrections fine-tune \
	fit-confidence fit-defects evaluate-defects \
	evaluate card-pictures bench peers generators

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)/setup.stamp ## install the package, its command line and the tools into .venv

setup-training: $(VENV)/training.stamp ## the same, and PyTorch

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with its venv module was found" \
		"(on Debian: apt-get install python3-venv). Name one with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/setup.stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(VENV)/training.stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,training]'
	@touch $(VENV)/setup.stamp $@

fonts: ## install the font packages that the synthesiser draws with (Debian and its relatives)
	@command -v apt-get >/dev/null || { echo "make fonts needs apt-get. Elsewhere, install the fonts" \
		"named in training/synthesis/fonts.txt with your own package manager." >&2; exit 1; }
	@as_root=$$(test "$$(id -u)" = 0 || echo sudo); \
	missing=$$(while read -r font; do dpkg-query --status "$$font" 2>/dev/null \
		| grep -q '^Status: .* installed$$' || echo "$$font"; done < training/synthesis/fonts.txt); \
	test -z "$$missing" || { $$as_root apt-get update --quiet --quiet \
		&& echo "$$missing" | xargs $$as_root apt-get install --yes --quiet --quiet --no-install-recommends; }

run: setup ## read a photo through the whole stack on this machine; PHOTO=path for your own
	$(BIN)/python -m local run $(if $(PHOTO),--photo "$(PHOTO)")

serve: setup ## keep the stack up on localhost; LISTEN=0.0.0.0 for containers to reach what it holds
	$(BIN)/python -m local serve $(if $(LISTEN),--listen "$(LISTEN)")

openapi: setup ## write docs/openapi.json from the code of the API
	$(BIN)/python -m local openapi

client: setup ## make a typed client for Python of docs/openapi.json, in build/client
	@mkdir -p build
	$(BIN)/openapi-python-client generate --path docs/openapi.json \
		--config local/client.yaml --meta none --output-path build/client/vinreader_client \
		--overwrite

publish-pages: setup ## put functions/pages into a stack that was deployed with Pages=on; STACK=name
	$(BIN)/python -m local publish-pages "$(STACK)"

page-pictures: setup ## take the README's pictures of the pages anew (needs Chromium)
	$(BIN)/python -m tests.page_pictures

# A process for each core, up to four, with a stack, models and browsers of its own; one that is done
# takes over tests of another. They fill the cores: OpenBLAS and PyTorch need no threads beside them.
test: export OMP_NUM_THREADS := 1
test: setup ## run all tests but those in containers, on as many cores as there are
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist worksteal

test-lambda: setup ## of the tests, those in Lambda's emulator: each event of events/, under Python 3.13
	$(BIN)/python -m pytest tests/e2e/test_lambda.py

test-sam: setup ## each event of events/ through `sam local` in containers (Docker or podman); takes minutes
	$(BIN)/python -m pytest -m containers tests/e2e/test_sam_local.py

lambda-image: setup ## make Lambda's image for `sam local` of Debian's packages (as root, by debootstrap)
	$(BIN)/python -m tests.lambda_image $(ARGS)

check: setup ## lint, formatting, types, template
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sam validate --lint --region us-east-1

checkov: $(CHECKOV)/$(CHECKOV_VERSION).stamp ## look for what is unsafe in the template; each exception is told there
	$(CHECKOV)/bin/checkov --file template.yaml --framework cloudformation --skip-download \
		--quiet --compact

$(CHECKOV)/$(CHECKOV_VERSION).stamp: | $(BIN)/python
	$(BIN)/python -m venv $(CHECKOV)
	$(CHECKOV)/bin/python -m pip install --quiet --disable-pip-version-check checkov==$(CHECKOV_VERSION)
	@touch $@

build: setup ## build layers and functions for Lambda into .aws-sam; ARCHITECTURE=arm64 for Graviton
	PYTHON="$(abspath $(BIN)/python)" ARCHITECTURE=$(ARCHITECTURE) $(BIN)/sam build \
		--cached --cache-dir .aws-sam/cache-$(ARCHITECTURE) \
		--parameter-overrides Architecture=$(ARCHITECTURE)

contact-sheet: setup ## draw a sheet of synthetic strips and pages to look at
	$(BIN)/python -m training contact-sheet $(ARGS)

synthesise: setup ## stream or store strips; ARGS="--count 2000000 --out FOLDER"
	$(BIN)/python -m training synthesise $(ARGS)

worker: setup ## lend this machine's cores to the Dask cluster at SCHEDULER=tcp://host:8786
	@test -n "$(SCHEDULER)" || { echo "Name the cluster: make worker SCHEDULER=tcp://host:8786" >&2; exit 1; }
	DASK_DISTRIBUTED__NANNY__PRE_SPAWN_ENVIRON="{'MALLOC_TRIM_THRESHOLD_': None}" \
		$(BIN)/python -m dask worker --nthreads 1 --nworkers -1 $(SCHEDULER)

train-detector: setup-training ## train CRAFT; resumes where it stopped
	$(BIN)/python -m training train-detector --resume $(ARGS)

train-recognizer: setup-training ## train YOLO; resumes where it stopped
	$(BIN)/python -m training train-recognizer --resume $(ARGS)

corrections: setup ## gather what people settled; ARGS="--table NAME --bucket NAME"
	$(BIN)/python -m training corrections $(ARGS)

fine-tune: setup-training ## train YOLO on what `make corrections` gathered; kept only if better
	$(BIN)/python -m training fine-tune $(ARGS)

export: setup-training ## write layers/vinreader/models/*.onnx from the newest checkpoints
	$(BIN)/python -m training export $(ARGS)

fit-confidence: setup ## fit how far a number can be trusted; writes vinreader/confidence.json
	$(BIN)/python -m training fit-confidence $(ARGS)

fit-defects: setup ## fit what tells the defects of a photo; writes vinreader/defects.json
	$(BIN)/python -m training fit-defects $(ARGS)

evaluate-defects: setup ## measure how well defects are told
	$(BIN)/python -m training evaluate-defects $(ARGS)

evaluate: setup-training ## measure how well the models read
	$(BIN)/python -m training evaluate $(ARGS)

bench: setup peers ## compare with RapidOCR and Tesseract, photo by photo; ARGS="--real FOLDER"
	$(BIN)/python -m benchmarks.comparison $(ARGS)

peers: $(PEERS)/setup.stamp ## install RapidOCR for `make bench`, and Tesseract where apt-get is

$(PEERS)/setup.stamp: benchmarks/peers.txt | $(BIN)/python
	$(BIN)/python -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@command -v tesseract >/dev/null || ! command -v apt-get >/dev/null || { \
		as_root=$$(test "$$(id -u)" = 0 || echo sudo); $$as_root apt-get update --quiet --quiet \
		&& $$as_root apt-get install --yes --quiet --quiet --no-install-recommends tesseract-ocr; } \
		|| echo "Tesseract could not be installed: it is left out."
	@touch $@

generators: $(GENERATORS)/setup.stamp ## install TRDG and SynthTIGER for benchmarks.synthesis_speed (Python 3.11)

$(GENERATORS)/setup.stamp: benchmarks/generators.txt | $(BIN)/python
	$(BIN)/python -m venv $(GENERATORS)
	$(GENERATORS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

card-pictures: setup-training ## draw the pictures of the model card anew
	$(BIN)/python -m training card-pictures $(ARGS)

clean: ## remove what was built or cached; .venv and training runs stay
	rm -rf .aws-sam build .mypy_cache .ruff_cache .pytest_cache .hypothesis
