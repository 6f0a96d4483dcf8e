"""Whether the platform answers, and which release of it."""
