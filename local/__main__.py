"""`python -m local`: the commands in `local.commands.cli`."""

from local.commands.cli import main
from shell.command import run

run(main)
