"""`python -m local.engine`: see `local.engine.commands`."""

import sys

from local.engine.commands import main

sys.exit(main())
