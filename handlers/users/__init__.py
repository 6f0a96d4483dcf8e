"""Users: who is known to the product."""
