"""The one Python: it compiles the bundles here and runs them in Lambda."""

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
"""What besides the sources decides the bytes: the compiler, and this package."""

_UNCHECKED_HASH = 0b01
_MARSHAL_VERSION = 2


def require_python(root: Path) -> str:
    """The minor version that `root` asks for, which must be the one that runs this.

    Raises:
        BundleError: when another runs: bytecode is good for one minor version alone.
    """
    wanted = (root / ".python-version").read_text().strip()
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if running != wanted:
        raise BundleError(
            f"Python {running} runs the program, but .python-version says {wanted}, and what is compiled here"
            f" must run there: make the virtual environment again with Python {wanted}"
        )
    return wanted


def bytecode(source: bytes, path: str) -> bytes:
    """The .pyc of a source, never checked against it; `path` stands in tracebacks and must be relative.

    Raises:
        SyntaxError: for what is no Python.
    """
    code = compile(source, path, "exec", dont_inherit=True, optimize=0)
    header = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH.to_bytes(4, "little")
    # Later versions of the format mark what is shared by its reference count, which the process decides.
    return header + importlib.util.source_hash(source) + marshal.dumps(code, _MARSHAL_VERSION)
