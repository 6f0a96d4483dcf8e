"""Commands for developers of Strata: checks, recorded files, generated docs and new domains."""

from shell.start import starting

starting()
