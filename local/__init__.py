"""The embedded cloud: the whole platform on this machine, with nothing but Python."""

from shell.start import starting

starting()
