"""Events: reading, publishing, consuming, and doing things once."""
