# make lab    the course in JupyterLab; creates the environment the first time
# make test   everything the tests hold true; creates the environment if needed
# make test LESSON=attention    everything about one lesson (or LESSON=12)
# make quick  style, types and the laws of the notebooks, in a minute
# make bench  the side-by-side measurements (slow; nothing depends on them)
# Without make (Windows): python start.py lab | test [--lesson attention] | quick | bench

PYTHON ?= python3

.PHONY: lab test quick bench
lab quick bench:
	@$(PYTHON) start.py $@
test:
	@$(PYTHON) start.py test $(if $(LESSON),--lesson $(LESSON))
