"""Reproducible zips for Lambda: the same sources give the same bytes on any machine.

    function_bundle   a handler and the first-party modules that it imports        function.py
    layer_bundle      the third-party packages of one handlers/layers/<name>.txt   layer.py

Both are cached by content under `.local/bundles`: an unchanged bundle costs a hash and no network access.
This package does not import Pulumi.
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
