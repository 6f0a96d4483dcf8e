"""Releases of the app on the whole platform."""
