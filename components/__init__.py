"""The layers of the platform, one a file: what is declared, never who runs it."""
