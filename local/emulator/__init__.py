"""The AWS emulator: its process, its data, and the tool that deployed to it."""
