"""Partners: external systems that publish events, each under its own source."""
