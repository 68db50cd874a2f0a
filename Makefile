# make lab    the course in JupyterLab; creates the environment the first time
# make test   everything the tests hold true; creates the environment if needed
# make bench  the side-by-side measurements (slow; nothing depends on them)
# Without make (Windows): python start.py lab | test | bench

PYTHON ?= python3

.PHONY: lab test bench
lab test bench:
	@$(PYTHON) start.py $@
