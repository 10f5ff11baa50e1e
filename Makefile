# RiskAssess: `make run` serves it on this machine, `make test` runs all tests. Needs make and Python 3.11 to 3.13.
.DEFAULT_GOAL := help
.PHONY: help run setup test pictures laws-long mutants soak chaos chaos-short machine races reports-long check lint format environment environment-dev libraries libraries-test clean

PORT ?= 8000
TESTS ?= tests
PROCESSES ?= 2
STEPS ?= 20000
python := .venv/bin/python
export PORT PYTHON

help:
	@echo "make run     set up what is missing, then serve http://127.0.0.1:$(PORT) with demo data (PORT=8001 make run)"
	@echo "make setup   the same without serving"
	@echo "make test    all tests (TESTS=tests/jobs for some, PROCESSES=1 for one at a time)"
	@echo "make laws-long  the laws of the engine on 100,000 random proposals (half an hour)"
	@echo "make mutants    faults planted in the engine, and those that no test notices (an hour; MUTANTS='*grading*' for some)"
	@echo "make soak       20 people who write at once on SQLite, then 60 on PostgreSQL (half an hour)"
	@echo "make chaos      500 decisions while processes, Redis and PostgreSQL are killed 100 times (half an hour; chaos-short: 10)"
	@echo "make machine    20,000 random steps by nineteen people against a model, on SQLite and on PostgreSQL (STEPS=200000 for more)"
	@echo "make races      a hundred rounds of fifty at once at each door that only one may pass, on both databases (hours)"
	@echo "make reports-long  fifty reports of all kinds, checked for PDF/UA and PDF/A"
	@echo "make pictures    docs/pictures, taken anew from the demo"
	@echo "make check   format, lint, layers, types, settings, migrations, catalogues"
	@echo "make lint    format and lint alone;  make format  put the format right"
	@echo "make clean   forget .venv and what was built; var/ with its database stays"

run: setup
	@exec $(python) manage.py up

setup: libraries environment
	@.ci/prepare

test: libraries-test environment-dev
	@$(python) manage.py prepare --static-only
	@$(python) -m pytest -n $(PROCESSES) --dist loadgroup $(TESTS)

pictures: libraries-test environment-dev
	@$(python) manage.py prepare --static-only
	@DJANGO_SETTINGS_MODULE=tests.live.settings $(python) -c "import django; django.setup(); from tests.live.pictures import take; take()"

laws-long: environment-dev
	@LAWS=long $(python) -m pytest -n $(PROCESSES) tests/engine/test_laws.py tests/engine/test_laws_of_explaining.py

# In a copy: what is planted never stands in the tree that people work in.
mutants: environment-dev
	@rm -rf var/mutants && mkdir -p var/mutants && git archive HEAD | tar -x -C var/mutants
	@cd var/mutants && LAWS=few ../../$(python) -m mutmut run --max-children $(PROCESSES) $(MUTANTS)
	@cd var/mutants && ../../$(python) -m mutmut results

soak: libraries-test environment-dev
	@$(python) manage.py prepare --static-only
	@$(python) benchmarks/soak.py

chaos chaos-short: libraries-test environment-dev
	@$(python) manage.py prepare --static-only
	@CHAOS=$(if $(filter chaos,$@),long,short) $(python) -m pytest -q -s tests/chaos/test_storm.py

machine: libraries-test environment-dev
	@MACHINE_STEPS=$(STEPS) $(python) -m pytest -q -s tests/machine

races: libraries-test environment-dev
	@$(python) manage.py prepare --static-only
	@RACES_LONG=1 $(python) -m pytest -q -s tests/races

reports-long: libraries-test environment-dev
	@$(python) manage.py prepare --static-only
	@REPORTS_LONG=1 $(python) -m pytest -q tests/reports

check: environment-dev
	@.ci/check

lint: environment-dev
	@$(python) -m ruff format --check .
	@$(python) -m ruff check .

format: environment-dev
	@$(python) -m ruff check --fix --quiet .
	@$(python) -m ruff format .

environment:
	@.ci/environment requirements.lock

environment-dev:
	@.ci/environment requirements-dev.lock

libraries:
	@.ci/libraries run

libraries-test:
	@.ci/libraries test

clean:
	@rm -rf .venv static/generated var/static .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
