"""The tests that `make test QUICK=1` chooses."""

from __future__ import annotations

import subprocess

import pytest

from tests.quick import BY_PATH, GRAPH, ROOT, chosen


def test_every_chosen_test_exists() -> None:
    """A test that moves takes its entry along."""
    named = {test for tests in BY_PATH.values() for test in tests}
    assert [test for test in sorted(named) if not (ROOT / "tests" / test).exists()] == []


def test_every_room_has_tests() -> None:
    """A folder of sources without an entry would go untested."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    rooms = {f"{name.partition('/')[0]}/" for name in listed.stdout.splitlines() if "/" in name}
    assert rooms - BY_PATH.keys() == {"tests/"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("handlers/users/create.py", ["infrastructure/test_recorded.py", "unit/handlers"]),
        (
            "wiring/users.py",
            [*GRAPH[:1], "unit/handlers/test_contracts.py", *GRAPH[1:]],
        ),
        ("tests/unit/test_quick.py", ["unit/test_quick.py"]),
        ("tests/unit/handlers/api.py", []),
        ("LICENSE", []),
    ],
)
def test_changed_file_chooses_its_tests(path: str, expected: list[str]) -> None:
    """A folder stands for the tests in it."""
    assert chosen([path]) == expected
