"""This machine: background processes, TCP ports, files, locks, and the error that commands print."""
