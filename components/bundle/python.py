"""The Python version that compiles the bundles here and runs them in Lambda."""

from __future__ import annotations

import importlib.util
import marshal
import sys
from pathlib import Path

from components.bundle.cache import digest
from components.bundle.errors import BundleError

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""

PYTHON = (ROOT / ".python-version").read_text().strip()
"""The minor version, such as `3.13`."""

BUILD = digest(sys.version, *(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))))
"""A hash of the inputs of every bundle besides its sources: the compiler and this package."""

_UNCHECKED_HASH = 0b01
_PLAIN, _SHARED = 2, 4
"""Versions of marshal's format: each object written in full, and equal names written once."""


def require_python(root: Path) -> str:
    """Return the minor version that `root` requires.

    Raises:
        BundleError: if another version runs this: bytecode is valid for one minor version only.
    """
    required = (root / ".python-version").read_text().strip()
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if running != required:
        raise BundleError(
            f"Python {running} runs the program, but .python-version requires {required}, because Lambda runs"
            f" the bytecode: recreate the virtual environment with Python {required}"
        )
    return required


def bytecode(source: bytes, path: str, optimize: int = 0) -> bytes:
    """Return the .pyc of a source, which Python never checks against the source.

    Args:
        source: the source.
        path: the relative path that tracebacks show.
        optimize: the level, as `compile` takes it; 2 removes docstrings and `assert` statements.

    Raises:
        SyntaxError: if the source is not valid Python.
    """
    code = compile(source, path, "exec", dont_inherit=True, optimize=optimize)
    header = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH.to_bytes(4, "little")
    # The later format loads in two thirds of the time, but it marks shared objects by reference counts. Those
    # of the compiler's objects differ between processes; those of objects that were just loaded do not.
    fresh = marshal.loads(marshal.dumps(code, _PLAIN))  # noqa: S302 - written on this line
    return header + importlib.util.source_hash(source) + marshal.dumps(fresh, _SHARED)
