"""`python -m local.engine`: the commands in `local.commands.engine`."""

from local.commands.engine import main
from shell.command import run

run(main)
