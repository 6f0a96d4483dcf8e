"""The import contract for domains finds every import that it forbids."""

from __future__ import annotations

from pathlib import Path

import grimp
import pytest

from tools.contracts import DomainsContract

FILES = {
    "shop/__init__.py": "",
    "shop/kit/__init__.py": "",
    "shop/kit/log.py": "",
    "shop/users/__init__.py": "",
    "shop/users/models.py": "from shop.kit import log",
    "shop/orders/__init__.py": "",
    "shop/orders/create.py": "from shop.users import models\ndef handler(event, context): ...",
    "shop/orders/logic.py": "",
    "shop/parcels/__init__.py": "",
    "shop/parcels/logic.py": "",
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
    graph = grimp.build_graph("shop", cache_dir=None)
    options = {"package": "shop", "below": ["kit"], "shared": ["users"]}
    contract = DomainsContract("domains", {}, options)
    return contract.check(graph, verbose=False).metadata["broken"]


def test_allowed_imports_keep_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A domain may import the shared domain and the packages below."""
    assert broken(tmp_path, monkeypatch) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"shop__parcels__logic": "from shop.orders import logic"},
            "shop.parcels.logic imports shop.orders.logic: one domain may not import another",
        ),
        (
            {"shop__orders__logic": "from shop.orders import create"},
            "shop.orders.logic imports the entry point shop.orders.create",
        ),
        (
            {"shop__kit__log": "from shop.users import models"},
            "shop.kit.log imports shop.users.models: one domain may not import another",
        ),
        (
            {"shop__users__models": "from shop.orders import logic"},
            "shop.users.models imports shop.orders.logic: one domain may not import another",
        ),
    ],
)
def test_forbidden_import_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], expected: str
) -> None:
    """The report names both modules."""
    assert broken(tmp_path, monkeypatch, **changed) == [expected]
