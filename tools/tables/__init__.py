"""Generators of the reference tables in the documentation, one module per table; each returns Markdown."""
