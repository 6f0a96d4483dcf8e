"""The import contracts for domains find what they forbid."""

from __future__ import annotations

from pathlib import Path

import grimp
import pytest

from tools.contracts import DomainsContract

FILES = {
    "handlers/__init__.py": "",
    "handlers/kit/__init__.py": "",
    "handlers/kit/log.py": "",
    "handlers/users/__init__.py": "",
    "handlers/users/models.py": "from handlers.kit import log",
    "handlers/orders/__init__.py": "",
    "handlers/orders/create.py": "from handlers.users import models\ndef handler(event, context): ...",
    "handlers/orders/logic.py": "",
    "handlers/parcels/__init__.py": "",
    "handlers/parcels/logic.py": "",
}


def broken(root: Path, monkeypatch: pytest.MonkeyPatch, **changed: str) -> list[str]:
    """Return what the contract reports of a small package, with some files changed."""
    for name, text in {
        **FILES,
        **{key.replace("__", "/") + ".py": value for key, value in changed.items()},
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(root)
    monkeypatch.syspath_prepend(str(root))
    graph = grimp.build_graph("handlers", cache_dir=None)
    options = {"package": "handlers", "below": ["kit"], "shared": ["users"]}
    contract = DomainsContract("domains", {}, options)
    return contract.check(graph, verbose=False).metadata["broken"]


def test_allowed_imports_keep_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A domain may import the shared domain and the packages below."""
    assert broken(tmp_path, monkeypatch) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"handlers__parcels__logic": "from handlers.orders import logic"},
            "handlers.parcels.logic imports handlers.orders.logic: one domain may not import another",
        ),
        (
            {"handlers__orders__logic": "from handlers.orders import create"},
            "handlers.orders.logic imports the entry point handlers.orders.create",
        ),
        (
            {"handlers__kit__log": "from handlers.users import models"},
            "handlers.kit.log imports handlers.users.models: one domain may not import another",
        ),
        (
            {"handlers__users__models": "from handlers.orders import logic"},
            "handlers.users.models imports handlers.orders.logic: one domain may not import another",
        ),
    ],
)
def test_forbidden_import_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], expected: str
) -> None:
    """The report names both modules."""
    assert broken(tmp_path, monkeypatch, **changed) == [expected]
