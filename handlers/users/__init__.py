"""Users: the accounts of the product."""
