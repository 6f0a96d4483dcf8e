"""`python -m local.plugin ENGINE`: the plugin process that the engine starts."""

import sys

from local.plugin.ownership import provider_for
from local.plugin.server import serve
from local.plugin.servicer import Servicer

sys.exit(serve(Servicer(provider_for)))
