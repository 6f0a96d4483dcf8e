"""All benchmarks: `make bench`. Ratios count; the times are this machine's."""

from __future__ import annotations

import sys

from bench import cold_import, engine, events, graph, local

if __name__ == "__main__":
    graph.main()
    status = cold_import.main()
    local.main()
    events.main()
    status |= engine.main()
    sys.exit(status)
