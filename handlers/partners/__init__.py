"""Partners: outside systems that put events on the bus, each under its own name and no other."""
