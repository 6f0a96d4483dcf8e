"""Benchmarks: each figure is measured beside an alternative or a floor, in the same run."""

from shell.start import starting

starting()
