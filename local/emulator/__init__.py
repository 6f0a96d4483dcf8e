"""The emulator: its process, and the state that it keeps between runs."""
