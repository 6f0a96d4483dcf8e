"""Events: what there are, how they are put on the bus, and how they are taken off a queue once."""
