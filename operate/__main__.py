"""Run `operate.cli` as `python -m operate`."""

import sys

from operate.cli import main

sys.exit(main())
