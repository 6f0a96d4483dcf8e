"""Reference tables of the documentation, one module a table: each returns Markdown."""
