"""`python -m local.front_door PORT OUTPUTS`: the process that `local.front_door.process` starts."""

import sys
from pathlib import Path

from local.front_door.proxy import serve

serve(int(sys.argv[1]), Path(sys.argv[2]))
