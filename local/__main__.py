"""`python -m local`: the commands in `local.commands.cli`."""

import sys

from local.commands.cli import main

sys.exit(main())
