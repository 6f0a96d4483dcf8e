"""`python -m local`: see `local.commands.cli`."""

import sys

from local.commands.cli import main

sys.exit(main())
