"""`python -m local.plugin ENGINE`: what the engine starts; see `local.plugin.server`."""

import sys

from local.plugin.owned import owned
from local.plugin.server import serve
from local.plugin.servicer import Servicer

sys.exit(serve(Servicer(owned)))
