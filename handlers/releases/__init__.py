"""Releases of the app: the bucket has every release, and the key-value store names those that are live."""
