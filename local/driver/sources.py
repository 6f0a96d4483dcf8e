"""The files of the Pulumi program, relative to its folder."""

PROGRAM_FILE = "__main__.py"

PROGRAM_FOLDERS = ("settings", "wiring", "components", "handlers")
"""The folders of the program's own packages."""

SITE_FOLDERS = ("frontend", "edge")
"""The folders with the files of the site, which the program reads."""
