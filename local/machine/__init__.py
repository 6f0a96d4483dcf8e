"""This machine: processes, ports, locks and errors."""
