"""`python -m local.engine`: the commands in `local.commands.engine`."""

import sys

from local.commands.engine import main

sys.exit(main())
