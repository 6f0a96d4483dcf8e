"""Checks that every request of the suites fits AWS's published models."""
