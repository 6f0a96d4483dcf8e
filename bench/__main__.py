"""Runs every benchmark. Compare the ratios: the absolute figures depend on the machine.

python -m bench            what `make bench` runs
python -m bench --quick    each benchmark once, in its smallest size: proves that none is broken
python -m bench --all      a benchmark that cannot run here is an error
"""

from __future__ import annotations

import sys

from bench import cold_import, door, engine, events, graph, local, loops
from bench.options import Options
from shell.command import run

BENCHMARKS = (graph, cold_import, loops, local, door, events, engine)


def main(options: Options) -> int:
    """Run the benchmarks; return 1 if one of them missed its target or could not run."""
    return max([benchmark.main(options) for benchmark in BENCHMARKS])


if __name__ == "__main__":
    run(lambda: main(Options.parse(sys.argv[1:])))
