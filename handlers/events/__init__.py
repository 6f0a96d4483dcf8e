"""Events: the catalogue, publishing to the event bus, and consuming from a queue, each effect once."""
