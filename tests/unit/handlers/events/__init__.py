"""Events: parsing, publishing, consuming, and effects."""
