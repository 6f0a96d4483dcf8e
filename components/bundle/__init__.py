"""What runs in Lambda, as zips that are byte for byte the same on any machine.

    function_bundle   a handler and the first-party modules that it reaches        function.py
    layer_bundle      the third-party packages of one handlers/layers/<name>.txt   layer.py

Both are cached by content under `.local/bundles`: what has not changed costs a hash, and no network.
Nothing here knows of Pulumi.
"""

from components.bundle.errors import BundleError
from components.bundle.function import Bundle, function_bundle
from components.bundle.layer import LayerBundle, layer_bundle
from components.bundle.python import PYTHON
from components.bundle.reach import Tree, sources
from components.bundle.wheels import Platform

__all__ = [
    "PYTHON",
    "Bundle",
    "BundleError",
    "LayerBundle",
    "Platform",
    "Tree",
    "function_bundle",
    "layer_bundle",
    "sources",
]
