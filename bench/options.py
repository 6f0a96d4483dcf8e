"""Options that every benchmark takes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """How thoroughly to measure.

    Attributes:
        quick: whether to run once, in the smallest size, without comparing times with a target.
        all: whether a benchmark that cannot run on this machine is an error.
        json: whether to print each figure as one line of JSON instead of tables.
    """

    quick: bool = False
    all: bool = False
    json: bool = False

    @classmethod
    def parse(cls, arguments: Sequence[str]) -> Options:
        """Return the options that the command line names.

        Raises:
            SystemExit: an argument is unknown.
        """
        parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Strata's speed.")
        parser.add_argument(
            "--quick", action="store_true", help="run each benchmark once, in its smallest size"
        )
        parser.add_argument(
            "--all", action="store_true", help="fail if a benchmark cannot run on this machine"
        )
        parser.add_argument("--json", action="store_true", help="print each figure as one line of JSON")
        parsed = parser.parse_args(arguments)
        return cls(parsed.quick, parsed.all, parsed.json)

    def count(self, full: int, quick: int = 1) -> int:
        """Return the number of rounds, requests or items to use."""
        return quick if self.quick else full
