"""Run `operate.cli` as `python -m operate`."""

from operate.cli import main
from shell.command import run

run(main)
