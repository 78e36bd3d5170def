"""Runs every benchmark: `make bench`. Figures are ratios within one run, never seconds alone."""

from benchmarks import build, engine

build.main([])
engine.main()
